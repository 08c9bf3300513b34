"""Callback that raises.

## What it does
Reports each callback (`on_failure_callback`, `on_success_callback`, `on_retry_callback`, and so on) of a task or of a
DAG that was called in a run and raised.

## Why is this bad?
Airflow logs the exception and goes on: nobody is told what the callback was there to tell.

## What to do
Mend the line shown. What a callback needs from outside (a connection, the network) can be given to the run; where it is
missing here, the callback is reported as not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


def tell(context) -> None:
    print(context["no such key"])  # WT309


@dag(schedule=None)
def told():
    @task(on_success_callback=tell)
    def work() -> None:
        print("working")

    work()


told()
"""
PASSING = """\
from airflow.sdk import dag, task


def tell(context) -> None:
    print(context["ti"].task_id)


@dag(schedule=None)
def told():
    @task(on_success_callback=tell)
    def work() -> None:
        print("working")

    work()


told()
"""


@check(
    "WT309",
    on=RunFacts,
    severity=Severity.ERROR,
    remedy="mend the callback: Airflow only logs what it raises",
)
def raising_callback(run: RunFacts) -> Iterator[Complaint]:
    told: set[tuple[str, str, str]] = set()
    for callback in run.callbacks:
        failure = callback.failure
        if failure is None or failure.needs or (callback.task_id, callback.kind, callback.name) in told:
            continue
        told.add((callback.task_id, callback.kind, callback.name))
        whose = f"task {callback.task_id!r}" if callback.task_id else f"DAG {run.dag_id!r}"
        message = f"{callback.kind} {callback.name!r} of {whose} raises: {failure.summary}"
        location = failure.location or run.location
        yield Complaint(location, message, failure.traceback, task_id=callback.task_id)
