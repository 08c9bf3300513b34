"""Pictures' share of the report for other programs: how DAGs are wired, and the graphs that drivers ran on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from windtunnel.facts import DagFacts, DriverFacts, GraphNodeFacts, RunFacts, TaskFacts
from windtunnel.report import Report
from windtunnel.reporters.json_values import Object


def structure(dag: DagFacts) -> Object:
    """The tasks of the DAG, and the task groups."""
    return {
        "tasks": [_task(task) for task in dag.tasks],
        "groups": [{"group_id": group_id, "tasks": tasks} for group_id, tasks in dag.groups],
    }


def graphs(report: Report) -> Iterator[Object]:
    """Each graph that a driver ran on once, however many tasks ran on it."""
    seen = {id_of(driver.graph): driver.graph for driver in _drivers(report) if driver.graph}
    for known, graph in sorted(seen.items()):
        yield {"id": known, "nodes": [_node(node) for node in graph]}


def id_of(graph: tuple[GraphNodeFacts, ...]) -> str:
    """The same for the same graph."""
    return hashlib.sha256(repr(graph).encode(errors="surrogatepass")).hexdigest()[:16]


def driven(driver: DriverFacts) -> Object:
    """What became of the nodes of the graph that the driver ran on."""
    return {
        "graph": id_of(driver.graph) if driver.graph else None,
        "broken": driver.broken,
        "took": [{"node": node, "seconds": round(seconds, 4)} for node, seconds in driver.took],
    }


def _drivers(report: Report) -> Iterator[DriverFacts]:
    for run in _runs(report):
        yield from run.drivers


def _runs(report: Report) -> Iterator[RunFacts]:
    yield from report.runs
    for paths in report.paths:
        yield from paths.runs


def _task(task: TaskFacts) -> Object:
    return {
        "task_id": task.task_id,
        "operator": task.operator,
        "trigger_rule": task.trigger_rule,
        "file": task.location.path,
        "line": task.location.line,
        "mapped": task.mapping is not None,
        "setup": task.is_setup,
        "teardown": task.is_teardown,
    }


def _node(node: GraphNodeFacts) -> Object:
    return {
        "name": node.name,
        "kind": node.kind.value,
        "type": node.type,
        "needs": node.needs,
        "file": node.location.path if node.location else None,
        "line": node.location.line if node.location else None,
    }
