"""Settings in, report out: what was selected decides what is collected, and what was collected is judged."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import windtunnel
from windtunnel.baseline import read_baseline, weighed
from windtunnel.checks import Check, catalogue, matches, selected
from windtunnel.collectors.context_plan import CONTEXTS
from windtunnel.collectors.contexts import collect_contexts
from windtunnel.collectors.dags import DagFile, as_loaded
from windtunnel.collectors.dags import loads as loads_whole
from windtunnel.collectors.discovery import Found, discover, discover_unseen
from windtunnel.collectors.fixtures import Fixtures, read_fixtures, with_pools
from windtunnel.collectors.idle_nodes import coverage_facts
from windtunnel.collectors.import_profile import profile_slow
from windtunnel.collectors.modules import collect_dataflows, collect_trials
from windtunnel.collectors.paths import collect_paths
from windtunnel.collectors.replays import ReplayRequest, collect_replays, replay_requests, told_once
from windtunnel.collectors.runs import DagRunRequest, collect_runs
from windtunnel.collectors.saves import settle
from windtunnel.collectors.second_loads import collect_dag_files
from windtunnel.collectors.second_parse import parse_again
from windtunnel.collectors.unseen import collect_unseen
from windtunnel.errors import UsageError
from windtunnel.facts import (
    ContextFacts,
    CoverageFacts,
    DagFacts,
    DagFileFacts,
    DataflowFacts,
    DrivenTogetherFacts,
    FlowFacts,
    InstabilityFacts,
    MisdeclaredFacts,
    PathsFacts,
    PropertyFacts,
    ReplayFacts,
    RepositoryFacts,
    RunFacts,
    SlowImportFacts,
    TaskFacts,
    UnseenDagsFacts,
    UnusedIgnoreFacts,
    Wired,
)
from windtunnel.findings import Location
from windtunnel.fingerprints import fingerprints
from windtunnel.judging import (
    RUN_SUBJECTS,
    VALUE_SUBJECTS,
    Subject,
    in_order,
    judge,
    subjects_of_all_runs,
    subjects_of_context,
    subjects_of_coverage,
    subjects_of_drivers,
    subjects_of_file,
    subjects_of_ignores,
    subjects_of_module,
    subjects_of_paths,
    subjects_of_replay,
    subjects_of_repository,
    subjects_of_run,
    subjects_of_unseen,
)
from windtunnel.paths import has_more_paths
from windtunnel.pool import Pool
from windtunnel.pools import Pools
from windtunnel.report import Report, Rule, Timing, Versions
from windtunnel.run_requests import context_requests, run_requests, that_look, that_record
from windtunnel.settings import Settings
from windtunnel.trial_requests import recorded_of, shares_of, trial_of
from windtunnel.unused_ignores import unused_ignores

_BEFORE_STRUCTURE = ("WT101", "WT102", "WT104", "WT109")
_BEFORE_RUNS = (*_BEFORE_STRUCTURE, "WT103")
_BEFORE_CONTEXTS = ("WT301", "WT304", "WT305", "WT306", "WT307", "WT308")
_BEFORE_GRAPHS = ("WT501", "WT510")
_BY_OTHER_HASHES = "WT609"
FAULTS_OF_FILES = (InstabilityFacts, SlowImportFacts)
"""What a file that loads has only where it is at fault."""
PROPERTY_SUBJECTS = (PropertyFacts, MisdeclaredFacts)
"""What is learned by trying functions."""
LOAD_SUBJECTS = (RepositoryFacts, DagFileFacts, DagFacts, TaskFacts, UnseenDagsFacts, *FAULTS_OF_FILES)


class Progress(Protocol):
    """Who is told how far the work has come."""

    def __call__(self, stage: str, done: int, total: int, name: str) -> None:
        """`done` of `total` subjects of a stage are finished, `name` the latest of them."""


def silent(stage: str, done: int, total: int, name: str) -> None:
    """Progress for nobody."""


def unwatched(pools: Pools) -> None:
    """For those who do not care what is at work."""


@dataclass(slots=True)
class _Collected:
    files: list[DagFileFacts] = field(default_factory=list)
    runs: tuple[RunFacts, ...] = ()
    contexts: list[ContextFacts] = field(default_factory=list)
    paths: tuple[PathsFacts, ...] = ()
    dataflows: list[DataflowFacts] = field(default_factory=list)
    properties: list[PropertyFacts] = field(default_factory=list)
    driven_together: tuple[tuple[Location, tuple[Path, ...]], ...] = ()
    replays: tuple[ReplayFacts, ...] = ()
    unseen: tuple[UnseenDagsFacts, ...] = ()
    coverage: CoverageFacts | None = None
    timings: list[Timing] = field(default_factory=list)

    def subjects(self, settings: Settings) -> Iterator[Subject]:
        yield from subjects_of_repository(self.files, whole=not settings.paths, root=settings.root)
        yield from chain.from_iterable(map(subjects_of_file, self.files))
        yield from chain.from_iterable(map(subjects_of_unseen, self.unseen))
        yield from chain.from_iterable(map(subjects_of_run, self.runs))
        yield from subjects_of_all_runs(self.files, self.runs)
        yield from chain.from_iterable(map(subjects_of_context, self.contexts))
        yield from chain.from_iterable(map(subjects_of_paths, self.paths))
        yield from chain.from_iterable(map(subjects_of_module, self.dataflows))
        yield from chain.from_iterable(map(subjects_of_module, self.properties))
        yield from subjects_of_drivers(self.driven_together, self.dataflows, settings.root)
        yield from chain.from_iterable(map(subjects_of_replay, self.replays))
        yield from subjects_of_coverage(self.coverage)


def run(
    settings: Settings,
    progress: Progress = silent,
    pools: Pools | None = None,
    watch: Callable[[Pools], None] = unwatched,
) -> Report:
    """Discover, collect, check. Raises UsageError where the settings make no sense or leave nothing to check.

    Whoever runs several times hands its own `pools` in, and closes them; else they are started and ended here. `watch`
    is given the pools before they begin: they know what is at work.
    """
    started = time.monotonic()
    fixtures = read_fixtures(settings)
    settings = with_pools(settings, fixtures)
    known = read_baseline(settings)
    checks = selected(settings)
    plan = Plan.of(checks, discover(settings), settings)
    checks = (*checks, *prerequisites(plan, checks, settings))
    with ExitStack() as stack:
        pools = pools or stack.enter_context(plan.pools(settings))
        watch(pools)
        collected = _collect(plan, settings, fixtures, progress, pools)
    findings = judge(checks, collected.subjects(settings), settings)
    collected.timings.append(Timing("total", time.monotonic() - started))
    report = Report(
        root=settings.root,
        versions=versions(),
        fail_on=settings.fail_on,
        checks=len(checks),
        seed=settings.seed,
        findings=findings,
        rules=tuple(map(rule_of, checks)),
        files=tuple(collected.files),
        runs=collected.runs,
        paths=collected.paths,
        contexts=tuple(collected.contexts),
        dataflows=tuple(collected.dataflows),
        properties=tuple(collected.properties),
        replays=collected.replays,
        timings=tuple(collected.timings),
    )
    return weighed(_with_unused_ignores(report, checks, settings), known, checks, settings)


def _with_unused_ignores(report: Report, checks: Sequence[Check], settings: Settings) -> Report:
    """The report with what only the findings tell: what is silenced in vain, and what each is known by."""
    asked = any(check.on is UnusedIgnoreFacts for check in checks)
    unused = tuple(unused_ignores(report, checks, whole=not settings.paths)) if asked else ()
    findings = in_order((*report.findings, *judge(checks, subjects_of_ignores(unused), settings)))
    marked = zip(findings, fingerprints(findings), strict=True)
    return replace(report, findings=tuple(replace(finding, fingerprint=text) for finding, text in marked))


def rule_of(check: Check) -> Rule:
    """The check as reports explain it."""
    return Rule(check.code, check.name, check.severity, check.title, check.remedy, check.page.strip())


def versions() -> Versions:
    """What is installed here, asked without importing it."""
    python = ".".join(map(str, sys.version_info[:3]))
    return Versions(windtunnel.__version__, python, _installed("apache-airflow-core"), _installed("apache-hamilton"))


def _installed(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be collected, derived from the checks that were selected and from what was found.

    DAGs are run where a check `judges_runs`, and where functions are to be tried near the values of real runs.
    """

    found: Found
    loads: bool
    parses_again: bool
    profiles: bool
    runs: bool
    dataflows: bool
    properties: bool
    judges_runs: bool = False
    hashes: bool = False
    unseen: bool = False
    contexts: tuple[type[ContextFacts], ...] = ()
    paths: bool = False
    records: bool = False
    replays: bool = False
    looks: bool = False
    coverage: bool = False

    @classmethod
    def of(cls, checks: Sequence[Check], found: Found, settings: Settings) -> Plan:
        """The plan; a UsageError where nothing would be checked, or where what is needed is not installed."""
        subjects = {check.on for check in checks}
        asked = tuple(on for on in subjects if issubclass(on, ContextFacts))
        contexts = tuple(CONTEXTS[name] for name in settings.contexts if issubclass(CONTEXTS[name], asked))
        paths = PathsFacts in subjects and settings.max_paths > 0
        again = bool(contexts) or PathsFacts in subjects
        properties = bool(found.modules) and not subjects.isdisjoint(PROPERTY_SUBJECTS)
        values = bool(found.dag_files) and found.drives_hamilton
        replays = values and not subjects.isdisjoint(VALUE_SUBJECTS)
        # Where there is no Airflow, types alone will do.
        records = replays or (values and properties and bool(_installed("apache-airflow-core")))
        judged = bool(found.dag_files) and (again or replays or not subjects.isdisjoint(RUN_SUBJECTS))
        runs = judged or records
        plan = cls(
            found=found,
            loads=runs or (bool(found.dag_files) and not subjects.isdisjoint(LOAD_SUBJECTS)),
            parses_again=bool(found.dag_files) and InstabilityFacts in subjects,
            profiles=bool(found.dag_files) and SlowImportFacts in subjects,
            runs=runs,
            judges_runs=judged,
            dataflows=bool(found.modules)
            and not subjects.isdisjoint(
                (DataflowFacts, DrivenTogetherFacts, Wired, *([CoverageFacts] if judged else []))
            ),
            properties=properties,
            hashes=bool(found.modules) and any(check.code == _BY_OTHER_HASHES for check in checks),
            unseen=UnseenDagsFacts in subjects,
            contexts=contexts,
            paths=runs and paths,
            records=records,
            replays=replays and ReplayFacts in subjects,
            looks=judged and FlowFacts in subjects,
            coverage=judged and CoverageFacts in subjects,
        )
        plan._insist(settings)
        return plan

    @property
    def needs_hamilton(self) -> bool:
        """Whether the DAGs, run or only loaded, make use of Hamilton."""
        return self.found.drives_hamilton if self.runs else self.found.imports_hamilton

    def pools(self, settings: Settings) -> Pools:
        """What the plan is carried out in. Raises UsageError for an `env_file` that cannot be read."""
        return Pools(settings, hamilton=self.needs_hamilton, runs=self.runs)

    def _insist(self, settings: Settings) -> None:
        if not (self.loads or self.dataflows or self.properties):
            looked_in = ", ".join(map(str, settings.paths or (settings.root,)))
            raise UsageError(
                f"{looked_in}: nothing found to check: no DAG file or no Hamilton module for the checks selected; "
                "name a folder, or set --dags and --modules"
            )
        if self.loads and not _installed("apache-airflow-core"):
            raise UsageError(
                f"{self.found.dag_files[0].path}: a DAG file, but {sys.executable} has no Airflow 3.1 to 3.3; "
                "install apache-airflow beside windtunnel, or leave the DAGs out with --select WT5,WT6 "
                "--ignore WT62,WT63"
            )
        if (self.dataflows or self.properties) and not _installed("apache-hamilton"):
            raise UsageError(
                f"{self.found.modules[0].path}: a Hamilton module, but {sys.executable} has no Hamilton; "
                "install apache-hamilton beside windtunnel, or leave the modules out with --ignore WT5,WT6"
            )


def prerequisites(plan: Plan, checks: Sequence[Check], settings: Settings) -> tuple[Check, ...]:
    """The checks that say why a DAG was not judged or a function not tried, where nobody has chosen them.

    Without them `--select WT2` would pass a file that does not load.
    """
    before_dags: tuple[str, ...] = _BEFORE_RUNS if plan.runs else _BEFORE_STRUCTURE if plan.loads else ()
    before_dags += _BEFORE_CONTEXTS if plan.contexts else ()
    codes = before_dags + (_BEFORE_GRAPHS if plan.properties or plan.dataflows else ())
    needed = [check for check in catalogue() if check.code in codes and check not in checks]
    return tuple(check for check in needed if not matches(check, settings.ignore))


def _collect(plan: Plan, settings: Settings, fixtures: Fixtures, progress: Progress, pools: Pools) -> _Collected:
    collected = _Collected(driven_together=plan.found.driven_together)
    airflow = pools.dags if plan.loads else None  # it warms up while the modules are tried
    if plan.parses_again:
        pools.parses  # noqa: B018  the same
    if plan.dataflows or plan.properties:
        _collect_dataflows(pools, plan, settings, progress, collected)
    if plan.properties and not plan.records:  # while Airflow warms up
        _collect_properties(pools, plan, settings, progress, collected)
    if airflow is not None:
        _collect_dags(pools, plan, settings, fixtures, progress, collected)
    if plan.properties and plan.records:
        _collect_properties(pools, plan, settings, progress, collected)
    if plan.coverage:
        runs = (*collected.runs, *(run for paths in collected.paths for run in paths.runs))
        collected.coverage = coverage_facts(collected.dataflows, runs, None if settings.paths else settings.root)
    return collected


def _collect_dataflows(pools: Pools, plan: Plan, settings: Settings, progress: Progress, collected: _Collected) -> None:
    modules = plan.found.modules
    if plan.hashes:
        pools.modules_again  # noqa: B018  it warms up in the background
    # What is tried is counted by it, even if not judged.
    flows = collect_dataflows(pools.modules, modules, settings.timeout)
    collected.dataflows = sorted(_watched(flows, "dataflows", len(modules), progress, collected), key=_by_path)


def _collect_properties(
    pools: Pools, plan: Plan, settings: Settings, progress: Progress, collected: _Collected
) -> None:
    modules = plan.found.modules
    shares = shares_of(settings, modules, collected.dataflows)
    trials = [
        replace(trial_of(module, (), settings, shares[module.path]), recorded=recorded_of(module, collected.runs))
        for module in modules
    ]
    others = pools.modules_again if plan.hashes else None
    tried = collect_trials(pools.modules, trials, settings.timeout, others)
    groups = list(_watched(tried, "properties", len(trials), progress, collected))
    collected.properties = sorted((facts for group in groups for facts in group), key=_by_path)


def plain_runs(
    requests: Iterable[DagRunRequest], runs: Iterable[RunFacts]
) -> tuple[tuple[DagRunRequest, RunFacts], ...]:
    """Each run with what asked for it, where other paths of its DAG have something to show."""
    asked = {(request.dag.location.path, request.dag.dag_id): request for request in requests}
    known = [(asked[run.location.path, run.dag_id], run) for run in runs]
    return tuple((request, run) for request, run in known if has_more_paths(request.dag, run))


def replays_of(requests: Iterable[DagRunRequest], runs: Iterable[RunFacts], settings: Settings) -> list[ReplayRequest]:
    """What asks for each dataflow that was recorded in a run to be played again."""
    files = {(request.dag.location.path, request.dag.dag_id): request.file for request in requests}
    recorded = [(run, files[run.location.path, run.dag_id]) for run in runs if run.recorded]
    return [one for run, file in recorded for one in replay_requests(run, file, settings.perturbations)]


def _by_place(facts: PathsFacts | ReplayFacts) -> Location:
    return facts.location


def _by_path(facts: Any) -> tuple[str, int]:
    return facts.path, getattr(getattr(facts, "location", None), "line", 0)


def _collect_dags(
    pools: Pools, plan: Plan, settings: Settings, fixtures: Fixtures, progress: Progress, collected: _Collected
) -> None:
    pool, files = pools.dags, plan.found.dag_files
    loads = list(_watched(collect_dag_files(pool, files, settings.timeout), "load", len(files), progress, collected))
    for stage, look in second_looks(pools, files, plan, settings):
        loads = list(_watched(look(loads), stage, len(files), progress, collected))
    collected.files = sorted(loads, key=_by_path)
    if not settings.paths and all(map(loads_whole, loads)):
        fixtures.insist(dag.dag_id for facts in loads for dag in facts.dags)
    if plan.unseen:
        collected.unseen = tuple(collect_unseen(pool, discover_unseen(settings), settings.timeout))
    if plan.runs:
        known = _with_triggered(pool, plan.found, collected.files, settings)
        requests = run_requests(known, collected.files, fixtures)
        seen = that_record(requests, pool.folder) if plan.records else requests
        runs = collect_runs(pool, that_look(seen) if plan.looks else seen, settings.timeout)
        done = sorted(_watched(runs, "run", len(requests), progress, collected), key=lambda facts: facts.location)
        others = _others_who_might_ask(pool, plan.found, done, settings, fixtures)
        collected.runs = settle([*done, *others])[: len(done)]
        again = context_requests(requests, collected.runs, plan.contexts, settings)
        if again:
            contexts = collect_contexts(pool, again, settings.timeout)
            collected.contexts = list(_watched(contexts, "contexts", len(again), progress, collected))
        if plan.paths and (taken := plain_runs(requests, collected.runs)):
            paths = collect_paths(pool, taken, settings.max_paths, settings.timeout)
            collected.paths = tuple(sorted(_watched(paths, "paths", len(taken), progress, collected), key=_by_place))
        if plan.replays and (played := replays_of(requests, collected.runs, settings)):
            replays = collect_replays(pools.modules, played, settings.timeout, settings.property_budget / 2)
            found = _watched(replays, "replays", len(played), progress, collected)
            collected.replays = told_once(sorted(found, key=_by_place))


Look = Callable[[Sequence[DagFileFacts]], Iterator[DagFileFacts]]


def second_looks(pools: Pools, files: Sequence[DagFile], plan: Plan, settings: Settings) -> Iterator[tuple[str, Look]]:
    """What the checks want seen of files that were loaded, by the name of the stage: each look adds to their facts."""
    by_path = {file.path: file for file in files}

    def again(loaded: Sequence[DagFileFacts]) -> list[DagFile]:
        return [as_loaded(by_path[facts.path], facts) for facts in loaded]

    def parses(loaded: Sequence[DagFileFacts]) -> Iterator[DagFileFacts]:
        return parse_again(pools.dags, pools.parses, again(loaded), loaded, settings.timeout)

    def imports(loaded: Sequence[DagFileFacts]) -> Iterator[DagFileFacts]:
        budget = settings.max_import_seconds
        return profile_slow(lambda: pools.imports, again(loaded), loaded, budget, settings.timeout)

    if plan.parses_again:
        yield "second parse", parses
    if plan.profiles:
        yield "import profile", imports


def _others_who_might_ask(
    pool: Pool, found: Found, done: Sequence[RunFacts], settings: Settings, fixtures: Fixtures
) -> tuple[RunFacts, ...]:
    """The runs of the DAGs that nobody wanted checked, where a saver seems forgotten which one of them may ask for."""
    forgotten = any(save.is_unasked for run in settle(done) for save in run.saves)
    if not forgotten or not found.others:
        return ()
    by_path = {file.path: file for file in found.others}
    loaded = tuple(collect_dag_files(pool, found.others, settings.timeout))
    requests = run_requests([(as_loaded(by_path[facts.path], facts), facts) for facts in loaded], loaded, fixtures)
    return tuple(collect_runs(pool, requests, settings.timeout))


def _with_triggered(
    pool: Pool, found: Found, loaded: Sequence[DagFileFacts], settings: Settings
) -> list[tuple[DagFile, DagFileFacts]]:
    """Each DAG file with its facts; with those that nobody has asked for, if a DAG here triggers one that is not."""
    by_path = {file.path: file for file in (*found.dag_files, *found.others)}
    dags = [dag for facts in loaded for dag in facts.dags]
    asked = {other for dag in dags for task in dag.tasks for other in (task.triggers, task.awaits)}
    strange = asked - {"", *(dag.dag_id for dag in dags)}
    others = collect_dag_files(pool, found.others, settings.timeout) if strange else ()
    return [(as_loaded(by_path[facts.path], facts), facts) for facts in (*others, *loaded)]


def _watched(facts: Iterable[Any], stage: str, total: int, progress: Progress, collected: _Collected) -> Iterator[Any]:
    started = time.monotonic()
    progress(stage, 0, total, "")
    for done, fact in enumerate(facts, 1):
        progress(stage, done, total, getattr(fact, "dag_id", getattr(fact, "path", "")))
        yield fact
    collected.timings.append(Timing(stage, time.monotonic() - started))
