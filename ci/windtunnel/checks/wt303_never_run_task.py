"""Task that the run left behind.

## What it does
Reports each task that is in no final state although the run has ended, or although nothing is at work any more that
could start it: it wants more slots than its pool has, for one. Pools that tasks name are taken to exist, with 128
slots.

## Why is this bad?
The run looks finished, or stays open for ever, and the task has neither run nor been skipped on purpose.

## What to do
Look at its pool, at its trigger rule and at what it waits for.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import End, RunEnd, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def crowded():
    @task(pool_slots=1000)  # WT303
    def work() -> None:
        print("working")

    work()


crowded()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def roomy():
    @task(pool_slots=100)
    def work() -> None:
        print("working")

    work()


roomy()
"""

FINAL = ("success", "failed", "skipped", "upstream_failed", "removed")


@check(
    "WT303",
    on=RunFacts,
    severity=Severity.ERROR,
    remedy="look at its pool, at its trigger rule, and at what it waits for",
)
def never_run_task(run: RunFacts) -> Iterator[Complaint]:
    if run.process.end is not End.COMPLETED or run.failure is not None or run.waiting:
        return
    for task in run.tasks:
        if task.state not in FINAL:
            why = "nothing will ever start it" if run.left is RunEnd.STUCK else "the run has ended"
            message = f"task {task.label!r} never ran: it is {task.state or 'not even scheduled'}, and {why}"
            yield Complaint(task.location, message, task_id=task.task_id)
