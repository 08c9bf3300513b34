"""Trigger or marker for a DAG that is not there.

## What it does
Compares the `trigger_dag_id` of each TriggerDagRunOperator and the `external_dag_id` of each ExternalTaskMarker with
the DAGs of the repository. A name that only a template knows is left out.

## Why is this bad?
The trigger fails every time; the marker passes no clearing on. If the DAG lives in another repository it may be right:
therefore this is a warning.

## What to do
Mend the id. If the other DAG is deployed from elsewhere, allow it on the line with an ignore comment that says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._between import guess
from windtunnel.facts import RepositoryFacts, TaskFacts
from windtunnel.findings import Complaint, Severity

_CLEANUP = """\
from airflow.sdk import DAG

with DAG("cleanup", schedule=None):
    pass
"""
FAILING = {
    "dags/load.py": """\
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

with DAG("load", schedule=None):
    TriggerDagRunOperator(task_id="then", trigger_dag_id="clean_up")  # WT224
""",
    "dags/cleanup.py": _CLEANUP,
}
PASSING = {
    "dags/load.py": """\
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

with DAG("load", schedule=None):
    TriggerDagRunOperator(task_id="then", trigger_dag_id="cleanup")
""",
    "dags/cleanup.py": _CLEANUP,
}


@check(
    "WT224",
    on=RepositoryFacts,
    severity=Severity.WARNING,
    remedy="mend the id, or say in an ignore comment where it is",
)
def unknown_target_dag(repository: RepositoryFacts) -> Iterator[Complaint]:
    if not repository.known:
        return
    dags = [dag for file in repository.files for dag in file.dags]
    known = {*(dag.dag_id for dag in dags), *repository.written}
    for task in (task for dag in dags for task in dag.tasks):
        for target, does in _targets(task):
            if target not in known:
                message = f"task {task.task_id!r} {does} DAG {target!r}, which no file of this repository defines"
                yield Complaint(task.location, message + guess(target, known), task_id=task.task_id)


def _targets(task: TaskFacts) -> Iterator[tuple[str, str]]:
    if task.triggers:
        yield task.triggers, "triggers"
    if task.marks:
        yield task.marks, "marks a task of"
