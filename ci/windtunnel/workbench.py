"""A session that examines one subject at a time, for doors that decide themselves what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from windtunnel.baseline import match, read_baseline
from windtunnel.collectors.asset_events import heard_by, is_by_assets, makers_in
from windtunnel.collectors.contexts import collect_contexts
from windtunnel.collectors.dags import DagFile, as_loaded, loads
from windtunnel.collectors.discovery import discover
from windtunnel.collectors.engine_requests import collect_engines
from windtunnel.collectors.fixtures import read_fixtures, with_pools
from windtunnel.collectors.modules import ModuleFile, Trial, collect_dataflows, collect_trials
from windtunnel.collectors.paths import collect_paths
from windtunnel.collectors.replays import collect_replays
from windtunnel.collectors.runs import DagRunRequest, collect_runs
from windtunnel.collectors.saves import settle
from windtunnel.collectors.second_loads import collect_dag_files
from windtunnel.engine import engines_of, plain_runs, replays_of, second_looks, versions
from windtunnel.facts import (
    ContextFacts,
    DagFacts,
    DagFileFacts,
    DataflowFacts,
    EngineFacts,
    NodeFacts,
    PathsFacts,
    ProcessFacts,
    PropertyFacts,
    ReplayFacts,
    RunFacts,
    SaveFacts,
)
from windtunnel.findings import Finding
from windtunnel.judging import (
    Subject,
    judge,
    subjects_of_context,
    subjects_of_file,
    subjects_of_module,
    subjects_of_paths,
    subjects_of_replay,
    subjects_of_run,
)
from windtunnel.plan import FAULTS_OF_FILES, LOAD_SUBJECTS, Plan, prerequisites
from windtunnel.pool import Job, Outcome
from windtunnel.pools import Pools
from windtunnel.report import Report
from windtunnel.run_requests import context_requests, neighbours, run_request, that_look, that_record
from windtunnel.selection import selected
from windtunnel.settings import Settings
from windtunnel.trial_requests import recorded_of, trial_of

Read = dict[str, DagFileFacts | DataflowFacts]
"""What is known of files by their path, as far as collecting the tests in them needs it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing to examine in a file: its load, a DAG's run, its graph, or a node's properties.

    `of` is the dag_id or the name of the node, "" for the file itself; `subjects` does the work, when it is called.
    Who knows that it will be examined says so by `announce`: what several need is then done at once.
    """

    name: str
    of: str
    line: int
    subjects: Callable[[], Iterable[Subject]]
    announce: Callable[[], object] = tuple


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found at one stage: `severe` findings fail, `others` count.

    `output` is what the user's code printed; `unjudged` says why nothing could be judged, and is empty where it was.
    """

    severe: tuple[Finding, ...]
    others: tuple[Finding, ...]
    output: str
    unjudged: str


class Workbench:
    """What was found under the settings, examined on demand and each thing once. Close it to end its child processes.

    `read` is what another workbench of the same settings has read. Raises UsageError where the settings make no sense
    or leave nothing to check.
    """

    def __init__(self, settings: Settings, read: Read | None = None) -> None:
        self._fixtures = read_fixtures(settings)
        self._settings = settings = with_pools(settings, self._fixtures)
        self._known = read_baseline(settings)
        self._selected = selected(settings)
        self._plan = Plan.of(self._selected, discover(settings), settings)
        self._checks = (*self._selected, *prerequisites(self._plan, self._selected, settings))
        self._pools = self._plan.pools(settings)
        self._dag_files = self._plan.found.dag_files if self._plan.loads else ()
        self._modules = self._plan.found.modules if self._plan.dataflows or self._plan.properties else ()
        # A DAG file may be a link; the caller may know it by either name.
        found: tuple[DagFile | ModuleFile, ...] = (*self._plan.found.dag_files, *self._plan.found.modules)
        self._files = {name: file for file in found for name in (file.file.resolve(), file.file)}
        self._read: Read = dict(read or {})
        self._awaited: dict[str, DagFile | ModuleFile] = {}
        self._runs: dict[tuple[str, str], RunFacts] = {}
        self._due: dict[str, list[str]] = {}
        self._announced = 0
        self._tried: dict[tuple[str, str], PropertyFacts] = {}

    @property
    def root(self) -> Path:
        """The repository that paths in facts and findings count from."""
        return self._settings.root

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that there is something to say about."""
        return (*(file.file for file in self._dag_files), *(module.file for module in self._modules))

    @property
    def pools_for_runs(self) -> Pools | None:
        """The child processes, if DAGs can be run in them, and Hamilton is there for those that use it."""
        found = self._plan.found
        warm = self._plan.runs and self._plan.needs_hamilton == found.drives_hamilton
        return self._pools if warm else None

    def close(self) -> None:
        """End the child processes."""
        self._pools.close()

    def file_at(self, path: Path) -> DagFile | ModuleFile | None:
        """The DAG file or Hamilton module at `path`, whether or not there is something to say about it."""
        return self._files.get(path) or self._files.get(path.resolve())

    def expect(self, file: DagFile | ModuleFile) -> None:
        """Say that the stages of `file` will be asked for: all expected files are read at once, when the first is."""
        if file in self._dag_files or file in self._modules:
            self._awaited[file.path] = file

    def read(self) -> Read:
        """What there is to know of the expected files, and of all that were read before."""
        awaited = [file for path, file in self._awaited.items() if path not in self._read]
        self._awaited = {}
        dag_files = [file for file in awaited if isinstance(file, DagFile)]
        modules = [file for file in awaited if isinstance(file, ModuleFile)]
        if dag_files:
            if self._plan.parses_again:
                self._pools.parses  # noqa: B018  it warms up in the background
            loaded = list(collect_dag_files(self._pools.dags, dag_files, self._settings.timeout))
            for _, look in second_looks(self._pools, dag_files, self._plan, self._settings):
                loaded = list(look(loaded))
            self._read.update((facts.path, facts) for facts in loaded)
        if modules:
            graphs = collect_dataflows(self._pools.modules, modules, self._settings.timeout)
            self._read.update((facts.path, facts) for facts in graphs)
        return self._read

    def stages(self, file: DagFile | ModuleFile) -> Iterator[Stage]:
        """What there is to examine in one file, which is read now if it was not before."""
        if isinstance(file, DagFile):
            return self._stages_of_dag_file(file) if file in self._dag_files else iter(())
        return self._stages_of_module(file) if file in self._modules else iter(())

    def _stages_of_dag_file(self, file: DagFile) -> Iterator[Stage]:
        facts = self._loaded(file)
        dags = [dag for dag in facts.dags if not dag.unserializable] if self._plan.judges_runs else []
        if not dags or self._judges(*LOAD_SUBJECTS):
            yield Stage("load", "", 1, lambda: subjects_of_file(facts))
        for dag in dags:
            yield Stage(
                "run", dag.dag_id, dag.location.line, partial(self._subjects_of_run, as_loaded(file, facts), dag)
            )

    def _stages_of_module(self, module: ModuleFile) -> Iterator[Stage]:
        facts = self._built(module)
        # Several nodes may come from one function, which is tried once, under its own name or else that of the first.
        nodes: dict[str, NodeFacts] = {}
        for node in sorted(facts.nodes, key=_has_own_name, reverse=True) if self._plan.properties else ():
            nodes.setdefault(node.function, node)
        if not nodes or self._plan.dataflows:
            yield Stage("graph", "", 1, lambda: subjects_of_module(facts))
        for node in sorted(nodes.values(), key=lambda node: node.location):
            try_it = partial(self._subjects_of_trial, module, node)
            announce = partial(self._announce, module, node.name)
            yield Stage("properties", node.name, node.location.line, try_it, announce)

    def _announce(self, module: ModuleFile, node: str) -> None:
        self._announced += 1
        self._due.setdefault(module.path, []).append(node)

    def _judges(self, *kinds: type) -> bool:
        return any(check.on in kinds for check in self._selected)

    def _loaded(self, file: DagFile) -> DagFileFacts:
        self.expect(file)
        facts = self.read()[file.path]
        assert isinstance(facts, DagFileFacts)
        return facts

    def _built(self, module: ModuleFile) -> DataflowFacts:
        self.expect(module)
        facts = self.read()[module.path]
        assert isinstance(facts, DataflowFacts)
        return facts

    def _subjects_of_run(self, file: DagFile, dag: DagFacts) -> Iterator[Subject]:
        (run,) = settle(self._run([(file, dag)]))
        if self._judges(SaveFacts) and any(save.is_unasked for save in run.saves):
            # Another DAG may ask for it: nothing is said before all have run.
            everything = [(file, dag), *self._all_dags()]
            run = settle(self._run(everything))[0]
        yield from subjects_of_run(run)
        for context in self._contexts(file, dag, run):
            yield from subjects_of_context(context)
        for paths in self._paths(file, dag, run):
            yield from subjects_of_paths(paths)
        for replay in self._replays(file, dag, run):
            yield from subjects_of_replay(replay)
        for played in self._engines(file, dag, run):
            yield from subjects_of_replay(played)

    def _contexts(self, file: DagFile, dag: DagFacts, run: RunFacts) -> Iterable[ContextFacts]:
        requests = context_requests([self._request(file, dag)], [run], self._plan.contexts, self._settings)
        return collect_contexts(self._pools.dags, requests, self._settings.timeout)

    def _paths(self, file: DagFile, dag: DagFacts, run: RunFacts) -> Iterable[PathsFacts]:
        taken = plain_runs([self._request(file, dag)], [run]) if self._plan.paths else ()
        return collect_paths(self._pools.dags, taken, self._settings.max_paths, self._settings.timeout)

    def _replays(self, file: DagFile, dag: DagFacts, run: RunFacts) -> Iterable[ReplayFacts]:
        played = replays_of([self._request(file, dag)], [run], self._settings) if self._plan.replays else ()
        settings = self._settings
        return collect_replays(self._pools.modules, played, settings.timeout, settings.property_budget / 2)

    def _engines(self, file: DagFile, dag: DagFacts, run: RunFacts) -> Iterable[EngineFacts]:
        played = engines_of([self._request(file, dag)], [run], self._settings) if self._plan.engines else ()
        return collect_engines(self._pools.modules, played, self._settings.timeout)

    def _request(self, file: DagFile, dag: DagFacts) -> DagRunRequest:
        return run_request(file, dag, self._neighbours(file, dag), self._fixtures)

    def _run(self, dags: list[tuple[DagFile, DagFacts]]) -> list[RunFacts]:
        wanted = {_key(dag): self._request(file, dag) for file, dag in dags}
        requests = {**wanted, **{_key(dag): self._request(file, dag) for file, dag in self._makers_for(dags)}}
        events = [event for run in self._runs.values() for event in run.events]
        missing = [
            replace(request, heard=heard_by(request.dag, events))
            for key, request in requests.items()
            if key not in self._runs
        ]
        if self._plan.records:
            missing = that_record(missing, self._pools.dags.folder)
        missing = that_look(missing) if self._plan.looks else missing
        for run in collect_runs(self._pools.dags, missing, self._settings.timeout):
            self._runs[run.location.path, run.dag_id] = run
        return [self._runs[key] for key in wanted]

    def _makers_for(self, dags: list[tuple[DagFile, DagFacts]]) -> list[tuple[DagFile, DagFacts]]:
        """The DAGs of the repository that make the assets which start these."""
        if not any(is_by_assets(dag) for _, dag in dags):
            return []
        everybody, wanted = list(self._all_dags()), {_key(dag) for _, dag in dags}
        makers = makers_in([dag for _, dag in everybody])
        numbers = {
            number for (_, dag), own in zip(everybody, makers, strict=True) if _key(dag) in wanted for number in own
        }
        return [everybody[number] for number in sorted(numbers)]

    def _all_dags(self) -> Iterator[tuple[DagFile, DagFacts]]:
        for file in self._dag_files:
            self.expect(file)
        for file, facts in [(file, self._loaded(file)) for file in self._dag_files]:
            yield from ((as_loaded(file, facts), dag) for dag in facts.dags if not dag.unserializable)

    def _neighbours(self, file: DagFile, dag: DagFacts) -> tuple[DagFile, ...]:
        if not any(task.triggers or task.awaits for task in dag.tasks):
            return ()
        file_of = {known.dag_id: holder for holder, known in self._all_dags()}
        return neighbours(dag, {**file_of, dag.dag_id: file})

    def _subjects_of_trial(self, module: ModuleFile, node: NodeFacts) -> Iterator[Subject]:
        if node.name in self._due.get(module.path, ()):
            due = tuple(self._due.pop(module.path))
            tried = self._try(module, due, len(due) / self._announced)
            self._tried.update(((module.path, facts.node), facts) for facts in tried)
        known = self._tried.pop((module.path, node.name), None)  # where it is none, the others' child came to grief
        for facts in self._try(module, (node.name,)) if known is None else [known]:
            yield from subjects_of_module(facts)

    def _try(self, module: ModuleFile, nodes: tuple[str, ...], share: float = 1.0) -> list[PropertyFacts]:
        """The properties of these functions. To import a module takes longer than to try most of them."""
        trials = [self.trial(module, nodes, share)]
        others = self._pools.modules_again if self._plan.hashes else None
        found = collect_trials(self._pools.modules, trials, self._settings.timeout, others)
        return [facts for group in found for facts in group]

    def trial(self, module: ModuleFile, nodes: tuple[str, ...], share: float = 1.0) -> Trial:
        """What asks for the functions of these nodes to be tried near real values; of all where none is named."""
        runs = self._run(list(self._all_dags())) if self._plan.records else []
        return replace(trial_of(module, nodes, self._settings, share), recorded=recorded_of(module, runs))

    def ask(self, target: str, trial: Trial, *more: str) -> Outcome:
        """What a function of ours says of a trial, in a child of its own."""
        job = Job(trial, target, (trial, *more), self._settings.timeout)
        ((_, outcome),) = self._pools.modules.map([job])
        return outcome

    def examine(self, stage: Stage) -> Verdict:
        """Do the work of one stage, and judge what was seen."""
        subjects = list(stage.subjects())
        judged = match(judge(self._checks, subjects, self._settings), self._known, self.root).findings
        findings = [found for found in judged if not (found.suppressed or found.known)]
        return Verdict(
            severe=tuple(found for found in findings if found.severity >= self._settings.fail_on),
            others=tuple(found for found in findings if found.severity < self._settings.fail_on),
            output="".join(_output(subject.facts) for subject in subjects),
            unjudged="" if findings else self._why_unjudged(subjects),
        )

    def _why_unjudged(self, subjects: list[Subject]) -> str:
        properties = [facts for _, facts in subjects if isinstance(facts, PropertyFacts)]
        if properties and all(facts.not_exercised for facts in properties):
            return f"not exercised: {properties[0].not_exercised}"
        if any(isinstance(subject.facts, check.on) for subject in subjects for check in self._selected):
            return ""
        files = [facts for _, facts in subjects if isinstance(facts, DagFileFacts)]
        if self._judges(*FAULTS_OF_FILES) and any(loads(file) for file in files):
            return ""
        return "there is nothing in it for the checks that were selected"

    def describe(self, findings: tuple[Finding, ...], width: int) -> str:
        """The findings as the terminal shows them, on lines of `width` columns."""
        from windtunnel.reporters import render

        settings = self._settings
        report = Report(
            settings.root, versions(), settings.fail_on, len(self._checks), settings.seed, findings=findings
        )
        _head, _, rest = render(report, "full", width=width, verbosity=1).partition("\n\n")
        shown, _, _verdict = rest.rpartition("\n\n")
        return shown


def _key(dag: DagFacts) -> tuple[str, str]:
    return dag.location.path, dag.dag_id


def _output(facts: object) -> str:
    if isinstance(facts, PathsFacts):
        return "".join(f"not tried: when {left_out}\n" for left_out in facts.left_out)
    process = getattr(facts, "process", None)
    return process.output if isinstance(process, ProcessFacts) else ""


def _has_own_name(node: NodeFacts) -> bool:
    return node.name in (node.function, node.function.rpartition("__")[0])
