"""Task that fails.

## What it does
Runs every DAG as production does and reports each task that ends failed, after all of its retries: by an exception, by
leaving its process with `os._exit`, by a signal, or by crashing the interpreter.

## Why is this bad?
The task fails with nothing but its defaults, on a database of its own: it will fail in production as well.

## What to do
The evidence holds the frames of your own files, the rendered fields of the task and the last lines of its log. Where a
template could not be rendered, the message names the field and quotes the template. If the task needs params, give
them with `--conf`.
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

_LAST_LINES = 5
_SAID_ALWAYS = ("DAG bundles loaded", "Filling up the DagBag", "Worker startup parse", "Task failed with exception")
"""What Airflow says in the log of every task that fails."""


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
    yield Complaint(location, f"task {task.label!r} failed{attempts}{reason}", "\n".join(_evidence(task)))


def _evidence(task: TaskRunFacts) -> Iterator[str]:
    if task.failure is None:
        yield from task.log
        return
    if task.failure.traceback:
        yield task.failure.traceback
    for field, text in task.data.rendered:
        yield f"rendered field {field}: {text}"
    told = [line for line in task.log if not any(said in line for said in _SAID_ALWAYS)]
    yield from (f"log: {line}" for line in told[-_LAST_LINES:])
