"""Task that fails.

## What it does
Runs every DAG as production does and reports each task that ends failed, after all of its retries: by an exception, by
leaving its process with `os._exit`, by a signal, or by crashing the interpreter.

## Why is this bad?
The task fails with nothing but its defaults, on a database of its own: it will fail in production as well.

## What to do
The evidence holds the frames of your own files. If the task needs params, give them with `--conf`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import TaskRunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def shares():
    @task
    def share(part: int, whole: int) -> float:
        return part / whole  # WT301

    share(1, 0)


shares()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def shares():
    @task
    def share(part: int, whole: int) -> float:
        return part / whole if whole else 0.0

    share(1, 0)


shares()
"""


@check(
    "WT301",
    on=TaskRunFacts,
    severity=Severity.ERROR,
    remedy="mend the line shown; params that the task needs can be given with --conf",
)
def failed_task(task: TaskRunFacts) -> Iterator[Complaint]:
    if task.state != "failed" or task.unmet_need:
        return
    attempts = f" after {task.tries} attempts" if task.tries > 1 else ""
    reason = f": {task.failure.summary}" if task.failure else " without an exception; its log says why"
    location = task.failure.location if task.failure and task.failure.location else task.location
    evidence = task.failure.traceback if task.failure else "\n".join(task.log)
    yield Complaint(location, f"task {task.label!r} failed{attempts}{reason}", evidence)
