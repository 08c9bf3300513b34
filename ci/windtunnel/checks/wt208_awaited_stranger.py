"""Sensor that waits for a DAG which is not there.

## What it does
Compares the `external_dag_id` of each ExternalTaskSensor with the DAGs of the repository. A name that only a template
knows is left out.

## Why is this bad?
The sensor waits until it times out, every time. If the DAG lives in another repository it may be right: therefore this
is a warning.

## What to do
Mend the id. If the other DAG is deployed from elsewhere, allow it on the line with an ignore comment that says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from windtunnel.checks import check
from windtunnel.facts import RepositoryFacts
from windtunnel.findings import Complaint, Severity

FAILING = {
    "dags/reader.py": """\
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("reader", schedule=None):
    ExternalTaskSensor(task_id="wait", external_dag_id="writter", timeout=600)  # WT208
""",
    "dags/writer.py": """\
from airflow.sdk import DAG

with DAG("writer", schedule=None):
    pass
""",
}
PASSING = {
    "dags/reader.py": """\
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("reader", schedule=None):
    ExternalTaskSensor(task_id="wait", external_dag_id="writer", timeout=600)
""",
    "dags/writer.py": """\
from airflow.sdk import DAG

with DAG("writer", schedule=None):
    pass
""",
}


@check(
    "WT208",
    on=RepositoryFacts,
    severity=Severity.WARNING,
    remedy="mend the id, or say in an ignore comment where it is",
)
def awaited_stranger(repository: RepositoryFacts) -> Iterator[Complaint]:
    if not repository.known:
        return
    dags = [dag for file in repository.files for dag in file.dags]
    known = {*(dag.dag_id for dag in dags), *repository.written}
    for task in (task for dag in dags for task in dag.tasks):
        if task.awaits and task.awaits not in known:
            near = get_close_matches(task.awaits, known, n=1)
            guess = f", did you mean {near[0]!r}?" if near else ""
            message = f"task {task.task_id!r} waits for DAG {task.awaits!r}, which no file of this repository defines"
            yield Complaint(task.location, message + guess, task_id=task.task_id)
