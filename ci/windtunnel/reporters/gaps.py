"""What was not run, not tried or not seen to its end, and why: what a clean report does not speak of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from windtunnel.facts import DagFacts, End, RunEnd, RunFacts
from windtunnel.report import Report
from windtunnel.reporters.tally import Outcome, dags, ending, is_broken, outcome, reason


class Gap(NamedTuple):
    """One thing that was not done: `stage` is load, run, path, graph or properties."""

    stage: str
    path: str
    subject: str
    why: str


def gaps(report: Report) -> Iterator[Gap]:
    """Every gap, by stage."""
    yield from (Gap("load", file.path, "", reason(file)) for file in report.files if is_broken(file))
    for file, dag, run in dags(report):
        if why := why_not_run(report, dag, run):
            yield Gap("run", file.path, dag.dag_id, why)
        yield from (Gap("run", file.path, f"{dag.dag_id} / {label}", state) for label, state in _not_reached(run))
    for paths in report.paths:
        path = paths.location.path
        yield from (Gap("path", path, paths.dag_id, f"not tried: when {left_out}") for left_out in paths.left_out)
    yield from (Gap("graph", flow.path, "", reason(flow)) for flow in report.dataflows if is_broken(flow))
    for facts in report.properties:
        cut = "" if facts.process.end is End.COMPLETED else ending(facts.process)
        if why := facts.not_exercised or cut:
            yield Gap("properties", facts.path, facts.node, why)


def why_not_run(report: Report, dag: DagFacts, run: RunFacts | None) -> str:
    """Why the DAG has no run, or none that went to its end; "" where it went well or failed by itself."""
    if run is None:
        return dag.unserializable or ("no check that was selected asks for runs" if not report.runs else "not run")
    if outcome(run) in (Outcome.SUCCESS, Outcome.FAILED):
        return ""
    if run.process.end is not End.COMPLETED:
        return ending(run.process)
    if run.failure is not None:
        return run.failure.summary
    return {RunEnd.FINISHED: "it came to no final state"}.get(run.left, f"left {run.left.value}")


def _not_reached(run: RunFacts | None) -> Iterator[tuple[str, str]]:
    """The tasks of a run that went to its end which never ran themselves."""
    for task in run.tasks if run is not None else ():
        if not task.ran:
            yield task.label, {"": "never started"}.get(task.state, task.state.replace("_", " "))
