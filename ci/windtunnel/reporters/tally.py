"""The report counted: the numbers that every form of it states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from windtunnel.coverage import coverage_of
from windtunnel.facts import (
    ContextFacts,
    CoverageFacts,
    DagFacts,
    DagFileFacts,
    DataflowFacts,
    End,
    PathsFacts,
    ProcessFacts,
    PropertyFacts,
    RunFacts,
    SaveState,
)
from windtunnel.findings import Severity
from windtunnel.report import Report


class Outcome(str, Enum):
    """What became of one DAG run; UNFINISHED is a run that came to no final state, or has none."""

    SUCCESS = "success"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    DIED = "died"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class Module:
    """One Hamilton module with what was tried of it.

    `functions` are those that make its nodes (one may make several), `tried` those with a property tried.
    """

    dataflow: DataflowFacts
    properties: tuple[PropertyFacts, ...]
    functions: frozenset[str]
    tried: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over one report.

    `findings` leaves out those that are suppressed and those that are known from the baseline, and `places` counts the
    files that these lie in. `loaded` and `built` count the DAG files and the modules without a failure, `modules_tried`
    the modules with a function that was tried. `paths` counts the further runs of DAGs, `paths_left_out` those that
    nobody made. `examples` sums the inputs on which properties were judged. `played` counts the dataflows that were
    played again, `changes` what was changed of that which enters them, and `cut_short` those for which there was no
    time for all.
    `nodes` are those of all modules, 0 where no DAG has driven any.
    """

    findings: Mapping[Severity, int]
    places: int
    suppressed: int
    files: int
    loaded: int
    dags: int
    runs: Mapping[Outcome, int]
    modules: int
    built: int
    modules_tried: int
    functions: int
    functions_tried: int
    examples: int
    saves: Mapping[SaveState, int]
    paths: int = 0
    paths_left_out: int = 0
    known: int = 0
    played: int = 0
    changes: int = 0
    changes_declined: int = 0
    cut_short: int = 0
    nodes: int = 0
    nodes_executed: int = 0


def tally(report: Report) -> Tally:
    """The counts of the report; every severity, outcome and state has one, be it 0."""
    severities = Counter(finding.severity for finding in report.counting)
    outcomes = Counter(outcome(run) for run in report.runs)
    saves = Counter(save.state for run in report.runs for save in run.saves)
    every, nodes = modules(report), coverage(report)
    return Tally(
        findings={severity: severities[severity] for severity in sorted(Severity, reverse=True)},
        places=len({finding.location.path for finding in report.counting}),
        suppressed=len(report.findings) - len(report.shown),
        known=len(report.shown) - len(report.counting),
        files=len(report.files),
        loaded=sum(not is_broken(file) for file in report.files),
        dags=sum(len(file.dags) for file in report.files),
        runs={kind: outcomes[kind] for kind in Outcome},
        modules=len(every),
        built=sum(not is_broken(module.dataflow) for module in every),
        modules_tried=sum(bool(module.tried) for module in every),
        functions=sum(len(module.functions) for module in every),
        functions_tried=sum(len(module.tried) for module in every),
        examples=sum(facts.examples for facts in report.properties),
        saves={state: saves[state] for state in SaveState},
        paths=sum(len(paths.runs) for paths in report.paths),
        paths_left_out=sum(len(paths.left_out) for paths in report.paths),
        played=sum(not replay.not_played for replay in report.replays),
        changes=sum(replay.trials for replay in report.replays),
        changes_declined=sum(replay.declined for replay in report.replays),
        cut_short=sum(replay.out_of_time for replay in report.replays),
        nodes=nodes.nodes if nodes.dags else 0,
        nodes_executed=nodes.executed,
    )


def dags(report: Report) -> Iterator[tuple[DagFileFacts, DagFacts, RunFacts | None]]:
    """Every DAG with its file and its run, None where it was not run.

    Two files may hold one dag_id, so a run belongs to the DAG with its dag_id and the path of its location.
    """
    runs = {(run.dag_id, run.location.path): run for run in report.runs}
    for file in report.files:
        for dag in file.dags:
            yield file, dag, runs.get((dag.dag_id, dag.location.path))


def paths_of(report: Report, run: RunFacts | None) -> PathsFacts | None:
    """The further runs of the DAG that a plain run is of; None where there was nothing more to be shown."""
    return next((paths for paths in report.paths if run is not None and paths.plain is run), None)


def contexts_of(report: Report, run: RunFacts | None) -> tuple[ContextFacts, ...]:
    """The contexts in which the DAG was run again that a plain run is of, in the order of their names."""
    if run is None:
        return ()
    again = [one for one in report.contexts if (one.dag_id, one.location) == (run.dag_id, run.location)]
    return tuple(sorted(again, key=lambda context: context.name))


def coverage(report: Report) -> CoverageFacts:
    """The nodes of the modules, and which of them the runs have executed, those on further paths among them."""
    further = (run for paths in report.paths for run in paths.runs)
    return coverage_of(report.dataflows, (*report.runs, *further))


def modules(report: Report) -> tuple[Module, ...]:
    """Every Hamilton module with what was tried of it."""
    return tuple(
        _module(dataflow, tuple(facts for facts in report.properties if facts.module == dataflow.module))
        for dataflow in report.dataflows
    )


def outcome(run: RunFacts) -> Outcome:
    """What became of the run; a success from before a crash or an exception proves nothing."""
    if run.process.end is End.TIMED_OUT:
        return Outcome.TIMED_OUT
    if run.process.end is End.DIED:
        return Outcome.DIED
    if run.state == "failed":
        return Outcome.FAILED
    return Outcome.SUCCESS if run.state == "success" and not run.failure else Outcome.UNFINISHED


def is_broken(facts: DagFileFacts | DataflowFacts) -> bool:
    """Whether the file did not load, or the module did not build, to the end and without an exception."""
    failed = facts.failures if isinstance(facts, DagFileFacts) else facts.failure
    return bool(failed) or facts.process.end is not End.COMPLETED


def reason(facts: DagFileFacts | DataflowFacts) -> str:
    """Why the file did not load, or the module did not build: the exception, or how the process ended."""
    failures = facts.failures if isinstance(facts, DagFileFacts) else (facts.failure,)
    for failure in failures:
        if failure:
            return failure.summary
    return ending(facts.process)


def ending(process: ProcessFacts) -> str:
    """How the process ended, in words."""
    return f"{process.end.value}: {process.detail}" if process.detail else process.end.value


def _module(dataflow: DataflowFacts, properties: tuple[PropertyFacts, ...]) -> Module:
    function = {node.name: node.function for node in dataflow.nodes}
    names = {facts: function.get(facts.node, facts.node) for facts in properties}
    return Module(
        dataflow=dataflow,
        properties=properties,
        functions=frozenset(function.values()) | frozenset(names.values()),
        tried=frozenset(name for facts, name in names.items() if facts.tried),
    )
