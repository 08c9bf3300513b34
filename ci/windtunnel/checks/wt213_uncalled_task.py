"""Function under @task that is never called.

## What it does
Looks in a file that makes a DAG for functions under `@task`, `@task_group`, `@setup` or `@teardown` whose name the file
does not mention again. One outside of a DAG is left out if another file of the repository has its name.

## Why is this bad?
`@task` makes a task only when the function is called inside a DAG. Without a call the file loads without an error, and
the task is missing.

## What to do
Call the function inside the DAG, or remove it.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def report():
    @task
    def write() -> None:
        print("a report")

    @task
    def send() -> None:  # WT213
        print("sent")

    write()


report()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def report():
    @task
    def write() -> None:
        print("a report")

    @task
    def send() -> None:
        print("sent")

    write() >> send()


report()
"""


@check("WT213", on=DagFileFacts, severity=Severity.WARNING, remedy="call the function inside the DAG, or remove it")
def uncalled_task(file: DagFileFacts) -> Iterator[Complaint]:
    for name, line in file.uncalled_tasks:
        message = f"{name!r} is made for tasks and never called: no DAG of this file has its task"
        yield Complaint(Location(file.path, line), message)
