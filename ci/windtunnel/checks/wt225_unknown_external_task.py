"""Reference to a task that the other DAG does not have.

## What it does
Looks up the tasks and the task group that an ExternalTaskSensor waits for, and the task that an ExternalTaskMarker
names, in the DAG that they belong to, where this repository has it. What only a template knows is left out.

## Why is this bad?
The sensor waits for a task that never runs, until it times out, every time; where it is a task group, it fails at its
first look. The marker passes no clearing on.

## What to do
Name a task of the other DAG. One in a task group has the group's id before its own: `group.task`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._between import dags_of, guess
from windtunnel.facts import DagFacts, ExternalFacts, RepositoryFacts
from windtunnel.findings import Complaint, Severity

_WRITER = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TaskGroup

with DAG("writer", schedule=None):
    with TaskGroup("files"):
        EmptyOperator(task_id="write")
"""
_READER = """\
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("reader", schedule=None):
"""
FAILING = {
    "dags/reader.py": f"""{_READER}\
    ExternalTaskSensor(task_id="wait", external_dag_id="writer", external_task_id="write", timeout=600)  # WT225
""",
    "dags/writer.py": _WRITER,
}
PASSING = {
    "dags/reader.py": f"""{_READER}\
    ExternalTaskSensor(task_id="wait", external_dag_id="writer", external_task_id="files.write", timeout=600)
""",
    "dags/writer.py": _WRITER,
}


@check("WT225", on=RepositoryFacts, severity=Severity.ERROR, remedy="name a task or a task group of the other DAG")
def unknown_external_task(repository: RepositoryFacts) -> Iterator[Complaint]:
    dags = dags_of(repository)
    for task in (task for dag in dags.values() for task in dag.tasks):
        if task.external is not None and task.external.dag_id in dags:
            does = "marks" if task.marks else "waits for"
            for missing in _missing(task.external, dags[task.external.dag_id]):
                message = f"task {task.task_id!r} {does} {missing}"
                yield Complaint(task.location, message, task_id=task.task_id)


def _missing(external: ExternalFacts, dag: DagFacts) -> Iterator[str]:
    has = f"which DAG {dag.dag_id!r} does not have"
    tasks = [task.task_id for task in dag.tasks]
    for name in external.tasks:
        if name not in tasks:
            inside = [task for task in tasks if task.endswith(f".{name}")]
            yield f"task {name!r}, {has}" + (f", did you mean {inside[0]!r}?" if inside else guess(name, tasks))
    groups = [group for group, _ in dag.groups]
    if external.group and external.group not in groups:
        yield f"task group {external.group!r}, {has}" + guess(external.group, groups)
