"""Task that the rest of its DAG does not know.

## What it does
Looks at DAGs in which three tasks or more hang together, and nearly all do. Reports the tasks, two at most, that have
no edge at all. A DAG of several parts, or of many loose tasks, is taken to be meant so; setups and teardowns are left
out.

## Why is this bad?
A forgotten `>>` shows nowhere: the task starts with the run, before what it needs is there, and nothing waits for it.

## What to do
Wire it. A task that has nothing to do with the others is better off in a DAG of its own; or allow it with an ignore
comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.trigger_rules import ancestors, descendants

_FEW = 2
_WHOLE = 3

FAILING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("load", schedule=None):
    extract, clean, store = (EmptyOperator(task_id=name) for name in ("extract", "clean", "store"))
    report = EmptyOperator(task_id="report")  # WT209
    extract >> clean >> store
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("load", schedule=None):
    extract, clean, store = (EmptyOperator(task_id=name) for name in ("extract", "clean", "store"))
    report = EmptyOperator(task_id="report")
    extract >> clean >> store >> report
"""


@check("WT209", on=DagFacts, severity=Severity.WARNING, remedy="wire it, or give it a DAG of its own")
def orphan_task(dag: DagFacts) -> Iterator[Complaint]:
    wired = {task_id for edge in dag.edges for task_id in edge}
    lone = [task for task in dag.tasks if task.task_id not in wired and not (task.is_setup or task.is_teardown)]
    if not 0 < len(lone) <= _FEW or len(wired) < _WHOLE or not _hang_together(dag, wired):
        return
    for task in lone:
        message = f"task {task.task_id!r} has no edge, while {len(wired)} tasks of DAG {dag.dag_id!r} hang together"
        yield Complaint(task.location, f"{message}: it waits for none, and none waits for it", task_id=task.task_id)


def _hang_together(dag: DagFacts, wired: set[str]) -> bool:
    """Whether every wired task can be reached from every other one along the edges, in whatever direction."""
    reached: set[str] = set()
    waiting = [min(wired)]
    while waiting:
        task_id = waiting.pop()
        reached.add(task_id)
        waiting += (descendants(dag, task_id) | ancestors(dag, task_id)) - reached
    return reached == wired
