"""Facts in, findings out: every check is asked of every subject of its kind."""

from __future__ import annotations

import json
import shlex
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from windtunnel.checks import Check, catalogue, matches
from windtunnel.collectors.failures import relative
from windtunnel.collectors.ignores import ignore_reason
from windtunnel.collectors.source import SourceIndex, holder_of, read_source
from windtunnel.facts import (
    AllRunsFacts,
    CheckCrash,
    ContextFacts,
    CoverageFacts,
    CycleFacts,
    DagFacts,
    DagFileFacts,
    DataflowFacts,
    DatesFacts,
    DrivenTogetherFacts,
    DriverFacts,
    ElsewhereFacts,
    End,
    EngineFacts,
    FlowFacts,
    KilledFacts,
    MisdeclaredFacts,
    OverwriteFacts,
    PathsFacts,
    PropertyFacts,
    RepeatedFacts,
    ReplayFacts,
    RepositoryFacts,
    ResumedFacts,
    RunFacts,
    SaveFacts,
    SlowImportFacts,
    TaskFacts,
    TaskRunFacts,
    TwiceFacts,
    UncommittedFacts,
    UndatedFacts,
    UnseenDagsFacts,
    UnusedIgnoreFacts,
)
from windtunnel.findings import Complaint, Finding, Location
from windtunnel.graphs import rings
from windtunnel.settings import Settings, options

RUN_SUBJECTS = (
    *(RunFacts, TaskRunFacts, DriverFacts, SaveFacts, OverwriteFacts, UncommittedFacts, AllRunsFacts),
    *(FlowFacts, CoverageFacts),
)
VALUE_SUBJECTS: tuple[type, ...] = (ReplayFacts, EngineFacts)
"""What is learned from the values that went through the dataflows of a run."""
CONTEXT_SUBJECTS = (
    *(ContextFacts, UndatedFacts, RepeatedFacts, TwiceFacts, ResumedFacts, ElsewhereFacts, DatesFacts),
    KilledFacts,
)

_ALWAYS_BEARING = ("dags", "modules", "timeout", "max_memory", "env_file", "fixtures")
_BEARING: Mapping[type, tuple[str, ...]] = {
    DagFacts: ("min_linearity", "max_width", "max_catchup"),
    TaskFacts: ("pools", "queues"),
    RepositoryFacts: ("assets",),
    SlowImportFacts: ("max_import_seconds",),
    DataflowFacts: ("max_import_seconds",),
    PropertyFacts: ("max_examples", "seed", "property_budget"),
    MisdeclaredFacts: ("max_examples", "seed", "property_budget"),
    PathsFacts: ("conf", "date", "max_paths"),
    ReplayFacts: ("conf", "date", "perturbations"),
    EngineFacts: ("conf", "date", "engines"),
    **dict.fromkeys(RUN_SUBJECTS, ("conf", "date")),
    TaskRunFacts: ("conf", "date", "max_xcom_bytes"),
    CoverageFacts: ("conf", "date", "max_paths", "node_cov_fail_under"),
    **dict.fromkeys(CONTEXT_SUBJECTS, ("conf", "date", "contexts")),
    KilledFacts: ("conf", "date", "contexts", "max_kills"),
}
"""The settings that, beside those always bearing, decide what is found in facts of a kind."""


class Subject(NamedTuple):
    """Facts of any kind that checks read, and the path of the file that they were collected from."""

    path: str
    facts: object


def subjects_of_repository(files: Iterable[DagFileFacts], whole: bool, root: Path) -> Iterator[Subject]:
    """All files together, for what only shows between them; `whole` where nothing was left out."""
    files = tuple(files)
    broken = [file for file in files if file.process.end is not End.COMPLETED or file.failures]
    ids = [SourceIndex.of(root / file.path).literal_dag_ids() for file in broken]
    written = tuple(sorted({dag_id for known in ids for dag_id in known or ()}))
    known = whole and all(known is not None for known in ids)
    yield Subject("", RepositoryFacts(files, complete=whole and not broken, known=known, written=written))


def subjects_of_file(file: DagFileFacts) -> Iterator[Subject]:
    """The file, what was seen when it was read again, its DAGs and their tasks."""
    yield Subject(file.path, file)
    yield from (Subject(file.path, facts) for facts in (*file.unstable, *filter(None, [file.slow_import])))
    for dag in file.dags:
        yield Subject(file.path, dag)
        yield from (Subject(file.path, task) for task in dag.tasks)


def subjects_of_run(run: RunFacts) -> Iterator[Subject]:
    """The run, its task instances, its driver executions, its saves and those that met, and the values that flowed."""
    path = holder_of(Path(run.location.path)).as_posix()
    seen = (run, *run.tasks, *run.drivers, *run.saves, *run.overwrites, *run.uncommitted, run.flows)
    yield from (Subject(path, facts) for facts in seen)


def subjects_of_all_runs(files: Iterable[DagFileFacts], runs: Iterable[RunFacts]) -> Iterator[Subject]:
    """All runs together, for what only shows between them."""
    yield Subject("", AllRunsFacts(tuple(dag for file in files for dag in file.dags), tuple(runs)))


def subjects_of_context(context: ContextFacts) -> Iterator[Subject]:
    """The DAG's runs in one more context, together: what is wrong shows between them."""
    yield Subject(holder_of(Path(context.location.path)).as_posix(), context)


def subjects_of_paths(paths: PathsFacts) -> Iterator[Subject]:
    """All paths of a DAG together: a fault is told once, and not again if the plain run has shown it."""
    yield Subject(holder_of(Path(paths.location.path)).as_posix(), paths)


def subjects_of_replay(replay: ReplayFacts | EngineFacts) -> Iterator[Subject]:
    """One dataflow that a task drove, played again, or by another engine. It is found where the DAG is run."""
    yield Subject(holder_of(Path(replay.path)).as_posix(), replay)


def subjects_of_unseen(unseen: UnseenDagsFacts) -> Iterator[Subject]:
    """The DAGs that Airflow passes over. Their files are no DAG files: they are found where all are looked through."""
    yield Subject("", unseen)


def subjects_of_ignores(unused: Iterable[UnusedIgnoreFacts]) -> Iterator[Subject]:
    """Ignore comments, which are judged when it is known what they might have silenced."""
    yield from (Subject(ignore.location.path, ignore) for ignore in unused)


def subjects_of_coverage(coverage: CoverageFacts | None) -> Iterator[Subject]:
    """The nodes of all modules, and which of them the DAGs have executed."""
    if coverage is not None:
        yield Subject("", coverage)


def subjects_of_module(facts: DataflowFacts | PropertyFacts) -> Iterator[Subject]:
    """The dataflow and its nodes, or the properties of one node with what is declared of it in vain.

    A whole file of declarations is of no module: it is read wherever a function is tried.
    """
    yield Subject(facts.path, facts)
    if isinstance(facts, DataflowFacts):
        yield from (Subject(facts.path, node) for node in facts.nodes)
    else:
        yield from (Subject(facts.path if one.node else "", one) for one in facts.misdeclared)


def subjects_of_drivers(
    together: Iterable[tuple[Location, tuple[Path, ...]]], dataflows: Iterable[DataflowFacts], root: Path
) -> Iterator[Subject]:
    """The modules that one driver is given, for what only shows between them."""
    known = {facts.path: facts for facts in dataflows}
    for location, files in together:
        given = tuple(known[path] for path in (relative(file, root) for file in files) if path in known)
        yield Subject("", DrivenTogetherFacts(location, given, tuple(_cycles_between(given, str(location)))))


def _cycles_between(modules: Iterable[DataflowFacts], driver: str) -> Iterator[CycleFacts]:
    """The cycles through more than one of the modules, of the nodes that are there in every configuration."""
    nodes = {node.name: node for module in modules for node in module.nodes if node.always}
    needs = {name: tuple(other for other in node.parameters if other in nodes) for name, node in nodes.items()}
    for ring in rings(needs):
        if len({nodes[name].location.path for name in ring}) > 1:
            yield CycleFacts(ring, min(nodes[name].location for name in ring), driver=driver)


def judge(checks: Sequence[Check], subjects: Iterable[Subject], settings: Settings) -> tuple[Finding, ...]:
    """What the checks find in the subjects, sorted by place. A check that crashes is itself a finding, WT001."""
    scribe = _Scribe(settings)
    findings: list[Finding] = []
    crashes: list[tuple[Check, Subject]] = []
    for subject in subjects:
        for check in (check for check in checks if isinstance(subject.facts, check.on)):
            try:
                findings += scribe.findings(check, subject)
            # One broken check must neither hide the others nor look green, nor end it all.
            except (Exception, SystemExit) as error:
                crashes.append((check, Subject(subject.path, _crash(check, subject, error))))
    watchers = [check for check in catalogue() if check.on is CheckCrash]
    for crashed, crash in crashes:
        findings += [finding for check in watchers for finding in scribe.findings(check, crash, crashed)]
    return in_order(findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings sorted by place, each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: (finding.location, finding.code, finding.message)))


def _crash(check: Check, subject: Subject, error: BaseException) -> CheckCrash:
    location = getattr(subject.facts, "location", None) or Location(subject.path)
    return CheckCrash(check.code, check.name, location, "".join(traceback.format_exception(error)))


class _Scribe:
    """Writes complaints down as findings; each source file is read once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lines: Callable[[str], list[str]] = cache(lambda path: _lines_of(settings.root / path))

    def findings(self, check: Check, subject: Subject, asked: Check | None = None) -> list[Finding]:
        """All that one check has to say of one subject, which another one was `asked` of."""
        said = check.complaints(subject.facts, self._settings)
        return [self._finding(check, subject, _understood(complaint), asked or check) for complaint in said]

    def _finding(self, check: Check, subject: Subject, said: Complaint, asked: Check) -> Finding:
        source = self._line_at(said.location)
        return Finding(
            code=check.code,
            name=check.name,
            severity=check.severity,
            message=said.message,
            remedy=said.remedy or check.remedy,
            location=said.location,
            source=source,
            dag_id=getattr(subject.facts, "dag_id", ""),
            task_id=said.task_id or getattr(subject.facts, "task_id", ""),
            node=getattr(subject.facts, "node", ""),
            evidence=said.evidence,
            reproduce=_reproduce(asked, subject, self._settings),
            docs=f"windtunnel explain {check.code}",
            suppressed=ignore_reason(source, check.code) or self._ignored(check, said.location.path),
        )

    def _ignored(self, check: Check, path: str) -> str:
        glob = self._settings.ignored_by(path, lambda chosen: matches(check, chosen))
        return f"per-file-ignores: {glob}" if glob else ""

    def _line_at(self, location: Location) -> str:
        lines = self._lines(location.path)
        return lines[location.line - 1].rstrip() if 0 < location.line <= len(lines) else ""


def _understood(complaint: Iterable[Any]) -> Complaint:
    """What a check has yielded; a TypeError where reporters could do nothing with it."""
    place, *texts = complaint
    if not isinstance(place, Location) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"a Location and a message were expected, not {(place, *texts)!r}")
    return Complaint(place, *texts)


def _lines_of(file: Path) -> list[str]:
    try:
        return read_source(file).decode("utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _reproduce(check: Check, subject: Subject, settings: Settings) -> str:
    """The command that looks for this finding alone, in this file alone, under the settings of this run."""
    # An ignore comment is judged beside the check that it is about.
    beside = [subject.facts.beside] if isinstance(subject.facts, UnusedIgnoreFacts) else []
    others = [path for path in getattr(subject.facts, "dag_paths", ()) if path != subject.path]
    selected = ",".join([check.code, *beside])
    words = ["windtunnel", "check", *filter(None, [subject.path]), *others, "--select", selected]
    plain = Settings(settings.root)
    of_runs = ("conf", "date") if others else ()  # the inputs of a function may grow from runs of these DAGs
    for option in options():
        value = getattr(settings, option.name)
        own = () if check.is_shipped else ("checks",)
        bearing = option.name in (*_ALWAYS_BEARING, *_BEARING.get(check.on, ()), *of_runs, *own)
        is_drawn = option.name in ("max_examples", "seed")  # said always: a default may change with a release
        if bearing and (is_drawn or value != getattr(plain, option.name)):
            words += [option.flag, _as_argument(option.name, value, settings.root)]
    return shlex.join(words)


def _as_argument(name: str, value: object, root: Path) -> str:
    if name in ("env_file", "fixtures"):
        return relative(str(value), root)
    if isinstance(value, tuple):
        return ",".join(relative(word, root) if Path(word).is_absolute() else word for word in value)
    return json.dumps(value) if isinstance(value, Mapping) else str(value)
