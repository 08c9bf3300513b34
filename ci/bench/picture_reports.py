"""Reports of any number of DAGs, made by hand: chains, forks and meshes, with dataflows, failures and findings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from windtunnel import graphs
from windtunnel.facts import (
    DagFacts,
    DagFileFacts,
    DriverFacts,
    End,
    GraphNodeFacts,
    NodeKind,
    ProcessFacts,
    RunFacts,
    SaveFacts,
    SaveState,
    Shape,
    TaskFacts,
    TaskRunFacts,
)
from windtunnel.findings import Finding, Location, Severity
from windtunnel.report import Report, Timing, Versions

_DONE = ProcessFacts(End.COMPLETED, seconds=3.5)


def report_of(number: int) -> Report:
    """A report of so many DAGs, the same whenever it is asked for."""
    chance = random.Random(number)  # noqa: S311  nothing secret
    dags = [_dag(f"dag_{index}", chance) for index in range(number)]
    runs = [_run(dag, chance) for dag in dags]
    findings = [finding for dag, run in zip(dags, runs, strict=True) for finding in _findings(dag, run)]
    marked = (replace(finding, fingerprint=f"{index:016x}") for index, finding in enumerate(findings))
    return Report(
        root=Path("/repository"),
        versions=Versions("0.1.0", "3.13.1", "3.3.2", "1.90.0"),
        fail_on=Severity.ERROR,
        checks=170,
        seed=0,
        findings=tuple(marked),
        files=tuple(DagFileFacts(dag.location.path, _DONE, dags=(dag,)) for dag in dags),
        runs=tuple(runs),
        timings=(Timing("load", 4.0), Timing("run", 60.0), Timing("total", 71.0)),
    )


def _dag(dag_id: str, chance: random.Random) -> DagFacts:
    ids = [f"task_{index}" for index in range(chance.randint(3, 9))]
    edges = sorted({(ids[chance.randrange(index)], ids[index]) for index in range(1, len(ids)) for _ in range(2)})
    graph = graphs.graph_of(ids, edges)
    shape = Shape(
        len(ids), len(edges), graphs.longest_path(graph), (ids[-1],), graphs.redundant_edges(graph), peak=len(ids)
    )
    place = Location(f"dags/{dag_id}.py", 7)
    tasks = tuple(TaskFacts(dag_id, task_id, "_PythonDecoratedOperator", place) for task_id in ids)
    return DagFacts(dag_id, place, tasks, shape, edges=tuple(edges), groups=(("first", tuple(ids[:2])),))


def _run(dag: DagFacts, chance: random.Random) -> RunFacts:
    bad = chance.choice(dag.tasks).task_id if chance.random() < 0.2 or dag.dag_id == "dag_2" else ""
    tasks = tuple(
        TaskRunFacts(
            dag.dag_id, task.task_id, -1, "failed" if task.task_id == bad else "success", task.location, tries=1
        )
        for task in dag.tasks
    )
    drivers = tuple(_driver(task.task_id, chance) for task in dag.tasks[:3])
    saves = tuple(_save(dag.dag_id, driver) for driver in drivers)
    return RunFacts(dag.dag_id, dag.location, _DONE, "failed" if bad else "success", tasks, drivers, saves)


def _driver(task_id: str, chance: random.Random) -> DriverFacts:
    names = [f"column_{index}" for index in range(chance.randint(6, 24))]
    place = Location("modules/flow.py", 12)
    made = [
        GraphNodeFacts(
            name,
            NodeKind.FUNCTION if index else NodeKind.INPUT,
            "Series",
            tuple({names[chance.randrange(index)] for _ in range(2)} if index else ()),
            place,
        )
        for index, name in enumerate(names)
    ]
    graph = (*made, GraphNodeFacts("saved", NodeKind.SAVER, "dict", (names[-1],), place))
    executed = (*names[1:], "saved")
    took = tuple((name, chance.random() / 10) for name in executed)
    return DriverFacts(
        *(task_id, -1, ("modules.flow",), (*names, "saved"), executed, ("saved",), (names[0],), (), 0.4),
        graph=graph,
        took=took,
    )


def _save(dag_id: str, driver: DriverFacts) -> SaveFacts:
    path = f"/data/{dag_id}/{driver.task_id}.parquet"
    place = Location("modules/flow.py", 12)
    return SaveFacts(
        dag_id, driver.task_id, "saved", "modules.flow", "parquet", place, SaveState.WHOLE, path, size=8604
    )


def _findings(dag: DagFacts, run: RunFacts) -> Iterator[Finding]:
    for task in run.tasks:
        if task.state == "failed":
            yield _finding(dag, "WT301", Severity.ERROR, f"task {task.task_id!r} failed: KeyError: 'a'", task.task_id)
    if dag.shape.redundant_edges:
        up, down = dag.shape.redundant_edges[0]
        yield _finding(dag, "WT203", Severity.NOTICE, f"the edge from {up!r} to {down!r} says nothing new", down)
    if dag.shape.linearity < 0.8:
        yield _finding(
            dag, "WT201", Severity.WARNING, f"DAG {dag.dag_id!r} has a linearity of {dag.shape.linearity:.2f}"
        )


def _finding(dag: DagFacts, code: str, severity: Severity, message: str, task_id: str = "") -> Finding:
    return Finding(
        *(code, "a-bad-pattern", severity, message, "mend the line shown", dag.location),
        source="    total = drive(flow)",
        dag_id=dag.dag_id,
        task_id=task_id,
        evidence="Traceback (most recent call last):\n  …\nKeyError: 'a'\n",
        reproduce=f"windtunnel check {dag.location.path} --select {code}",
    )
