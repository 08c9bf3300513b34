"""Settings in, report out: what was selected decides what is collected, and what was collected is judged."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import windtunnel
from windtunnel.baseline import read_baseline, weighed
from windtunnel.checks import Check
from windtunnel.collectors.asset_events import makers_in
from windtunnel.collectors.contexts import collect_contexts
from windtunnel.collectors.dags import DagFile, as_loaded
from windtunnel.collectors.dags import loads as loads_whole
from windtunnel.collectors.discovery import Found, discover, discover_unseen
from windtunnel.collectors.engine_requests import EngineRequest, collect_engines, compared_once, engine_requests
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
from windtunnel.facts import (
    ContextFacts,
    CoverageFacts,
    DagFileFacts,
    DataflowFacts,
    EngineFacts,
    PathsFacts,
    PropertyFacts,
    ReplayFacts,
    RunFacts,
    UnseenDagsFacts,
    UnusedIgnoreFacts,
)
from windtunnel.findings import Location
from windtunnel.fingerprints import fingerprints
from windtunnel.judging import (
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
from windtunnel.own_checks import own_checks
from windtunnel.paths import has_more_paths
from windtunnel.plan import Plan, installed, prerequisites
from windtunnel.pool import Pool
from windtunnel.pools import Pools
from windtunnel.report import Report, Rule, Timing, Versions
from windtunnel.run_requests import context_requests, makers_beside, run_requests, that_look, that_record
from windtunnel.selection import selected
from windtunnel.settings import Settings
from windtunnel.trial_requests import recorded_of, shares_of, trial_of
from windtunnel.unused_ignores import unused_ignores


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
    engines: tuple[EngineFacts, ...] = ()
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
        yield from chain.from_iterable(map(subjects_of_replay, self.engines))
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
    own = own_checks(settings)
    unused = tuple(unused_ignores(report, checks, whole=not settings.paths, own=own)) if asked else ()
    findings = in_order((*report.findings, *judge(checks, subjects_of_ignores(unused), settings)))
    marked = zip(findings, fingerprints(findings), strict=True)
    return replace(report, findings=tuple(replace(finding, fingerprint=text) for finding, text in marked))


def rule_of(check: Check) -> Rule:
    """The check as reports explain it."""
    return Rule(check.code, check.name, check.severity, check.title, check.remedy, check.page.strip())


def versions() -> Versions:
    """What is installed here, asked without importing it."""
    python = ".".join(map(str, sys.version_info[:3]))
    return Versions(windtunnel.__version__, python, installed("apache-airflow-core"), installed("apache-hamilton"))


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


def engines_of(requests: Iterable[DagRunRequest], runs: Iterable[RunFacts], settings: Settings) -> list[EngineRequest]:
    """What asks for each dataflow that was recorded in a run to be played by engines: those in use, and those asked."""
    asked = {(request.dag.location.path, request.dag.dag_id): request for request in requests}
    return [
        one
        for run in runs
        if run.recorded and (request := asked.get((run.location.path, run.dag_id)))
        for one in engine_requests(
            run,
            replay_requests(run, request.file),
            settings.budget("engines", run.dag_id, request.dag.tags, run.location.path).value,
        )
    ]


def _by_place(facts: PathsFacts | ReplayFacts | EngineFacts) -> Location:
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
        beside = makers_beside(known, collected.files, fixtures)
        runs = collect_runs(pool, [*(that_look(seen) if plan.looks else seen), *beside], settings.timeout)
        ran = _watched(runs, "run", len(requests) + len(beside), progress, collected)
        done = sorted(_that_were_asked(ran, beside), key=lambda facts: facts.location)
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
        if plan.engines and (elsewhere := engines_of(requests, collected.runs, settings)):
            compared = collect_engines(pools.modules, elsewhere, settings.timeout)
            found_out = _watched(compared, "engines", len(elsewhere), progress, collected)
            collected.engines = compared_once(sorted(found_out, key=_by_place))


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


def _that_were_asked(runs: Iterable[RunFacts], beside: Iterable[DagRunRequest]) -> Iterator[RunFacts]:
    """The runs without those of DAGs that were played for the assets which they make."""
    others = {(request.dag.location, request.dag.dag_id) for request in beside}
    return (run for run in runs if (run.location, run.dag_id) not in others)


def _with_triggered(
    pool: Pool, found: Found, loaded: Sequence[DagFileFacts], settings: Settings
) -> list[tuple[DagFile, DagFileFacts]]:
    """Each DAG file with its facts; with those that nobody has asked for, if a DAG here triggers one that is not here.

    Or if it is started by an asset that none here makes.
    """
    by_path = {file.path: file for file in (*found.dag_files, *found.others)}
    dags = [dag for facts in loaded for dag in facts.dags]
    asked = {other for dag in dags for task in dag.tasks for other in (task.triggers, task.awaits)}
    strange = asked - {"", *(dag.dag_id for dag in dags)}
    is_started = any(dag.consumes and not makers for dag, makers in zip(dags, makers_in(dags), strict=True))
    others = collect_dag_files(pool, found.others, settings.timeout) if strange or is_started else ()
    return [(as_loaded(by_path[facts.path], facts), facts) for facts in (*others, *loaded)]


def _watched(facts: Iterable[Any], stage: str, total: int, progress: Progress, collected: _Collected) -> Iterator[Any]:
    started = time.monotonic()
    progress(stage, 0, total, "")
    for done, fact in enumerate(facts, 1):
        progress(stage, done, total, getattr(fact, "dag_id", getattr(fact, "path", "")))
        yield fact
    collected.timings.append(Timing(stage, time.monotonic() - started))
