"""Edge that says nothing new.

## What it does
Takes the transitive reduction of the DAG: an edge is redundant if its end is reached without it. An edge into a
task with a trigger rule of its own is left alone, and so is one by which a task hands another its result.

## Why is this bad?
It does no harm to the run. It makes the graph harder to read, and each edge is one more condition to evaluate.

## What to do
Remove the edge.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("detour", schedule=None):  # WT203
    first, second, third = (EmptyOperator(task_id=name) for name in ("first", "second", "third"))
    first >> second >> third
    first >> third
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("straight", schedule=None):
    first, second, third = (EmptyOperator(task_id=name) for name in ("first", "second", "third"))
    first >> second >> third
"""


@check("WT203", on=DagFacts, severity=Severity.NOTICE, remedy="remove the edge: the order holds without it")
def redundant_edge(dag: DagFacts) -> Iterator[Complaint]:
    plain = {task.task_id for task in dag.tasks if task.trigger_rule == "all_success" and not task.is_teardown}
    special = {task.task_id for task in dag.tasks if task.is_branch or task.is_setup}
    bare = [edge for edge in dag.shape.redundant_edges if edge not in dag.data_edges]
    needless = [edge for edge in bare if edge[1] in plain and edge[0] not in special]
    if needless:
        edges = ", ".join(f"{above} >> {below}" for above, below in needless)
        yield Complaint(dag.location, f"DAG {dag.dag_id!r} has redundant edges: {edges}")
