"""Tasks made in a loop that all see its last value.

## What it does
Looks for functions that a loop has made several tasks of, and that read a variable of the loop from around them. Told
by the functions that were loaded: they look in one and the same place for it.

## Why is this bad?
Python looks such a variable up when the function is called, and that is when the loop is over: every task works with
the last value. As many tasks run as there should, all green, and all but one of the tables are not loaded.

## What to do
Give the function the value as an argument: `load(name)` for a TaskFlow function, `op_kwargs` for a PythonOperator; or
make the task in a function of its own, which takes the value.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def tables():
    for name in ("orders", "customers"):

        @task(task_id=f"load_{name}")  # WT316
        def load() -> None:
            print("loading", name)

        load()


tables()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def tables():
    for name in ("orders", "customers"):

        @task(task_id=f"load_{name}")
        def load(table: str) -> None:
            print("loading", table)

        load(name)


tables()
"""


@check(
    "WT316",
    on=DagFileFacts,
    severity=Severity.ERROR,
    remedy="give the function the value as an argument of its task, or make the task in a function that takes it",
)
def late_binding_task(file: DagFileFacts) -> Iterator[Complaint]:
    for late in file.late:
        names, several = ", ".join(map(repr, late.names)), len(late.names) > 1
        one = f"the tasks {late.tasks[0]!r} of all DAGs that the loop makes"
        tasks = one if len(late.tasks) == 1 else f"the tasks {', '.join(map(repr, late.tasks))}"
        yield Complaint(
            late.location,
            f"{tasks} see the last value{'s' if several else ''} of {names}: their function looks "
            f"{'them' if several else 'it'} up when it is called, after the loop that made it",
            task_id=late.tasks[0] if len(late.tasks) == 1 else "",
        )
