"""Task that never ran because another failed.

## What it does
Reports each task in state `upstream_failed`, with the failed tasks of the same run.

## Why is this bad?
Its work is not done, and nothing that it does has been tried: more faults may wait behind the first one.

## What to do
Mend the task that failed.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def chain():
    @task
    def extract() -> int:
        raise RuntimeError("the source is empty")

    @task  # WT302
    def load(rows: int) -> None:
        print(rows)

    load(extract())


chain()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def chain():
    @task
    def extract() -> int:
        return 3

    @task
    def load(rows: int) -> None:
        print(rows)

    load(extract())


chain()
"""


@check("WT302", on=RunFacts, severity=Severity.ERROR, remedy="mend the task that failed")
def upstream_failed_task(run: RunFacts) -> Iterator[Complaint]:
    failed = [task for task in run.tasks if task.state == "failed"]
    if any(task.unmet_need for task in failed):
        return
    for task in run.tasks:
        if task.state == "upstream_failed":
            causes = ", ".join(repr(cause.label) for cause in failed if cause.task_id in task.upstream)
            message = f"task {task.label!r} never ran, because of the failure of {causes or 'another task'}"
            yield Complaint(task.location, message, task_id=task.task_id)
