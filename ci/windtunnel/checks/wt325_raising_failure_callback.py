"""Callback that raises when it is told of a failure.

## What it does
Makes tasks fail, each in a run of its own, until every `on_failure_callback` of the DAG and of its tasks was called
once. Reports one that raised.

## Why is this bad?
Airflow logs the exception and goes on: on the day on which something fails, nobody is told.

## What to do
Mend the line shown. What a callback needs from outside (a connection, the network) can be given to the run; one that
misses it here is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._paths import runs_after_failure
from windtunnel.facts import CallbackFacts, PathsFacts, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


def tell(context) -> None:
    print(context["task"].name)  # WT325


@dag(schedule=None)
def told():
    @task(on_failure_callback=tell)
    def work() -> None:
        print("working")

    work()


told()
"""
PASSING = """\
from airflow.sdk import dag, task


def tell(context) -> None:
    print(context["task"].task_id)


@dag(schedule=None)
def told():
    @task(on_failure_callback=tell)
    def work() -> None:
        print("working")

    work()


told()
"""

Fault = tuple[str, str, str]


@check(
    "WT325",
    on=PathsFacts,
    severity=Severity.ERROR,
    remedy="mend the callback: Airflow only logs what it raises",
)
def raising_failure_callback(paths: PathsFacts) -> Iterator[Complaint]:
    told = {_fault(callback) for callback in paths.plain.callbacks}
    for run in runs_after_failure(paths):
        for callback in run.callbacks:
            if callback.failure is not None and not callback.failure.needs and _fault(callback) not in told:
                told.add(_fault(callback))
                yield _complaint(run, callback)


def _fault(callback: CallbackFacts) -> Fault:
    """One callback may hear of many tasks, and raises in all of them for one reason."""
    return callback.kind, callback.name, callback.failure.type if callback.failure else ""


def _complaint(run: RunFacts, callback: CallbackFacts) -> Complaint:
    failure = callback.failure
    assert failure is not None
    whose = f"task {callback.task_id!r}" if callback.task_id else f"DAG {run.dag_id!r}"
    message = f"{run.path}, the {callback.kind} {callback.name!r} of {whose} raises: {failure.summary}"
    return Complaint(failure.location or run.location, message, failure.traceback, task_id=callback.task_id)
