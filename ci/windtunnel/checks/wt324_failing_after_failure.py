"""Task that runs after a failure, and fails itself.

## What it does
Makes tasks fail, each in a run of its own, where others run all the same: those with a trigger rule such as `all_done`
or `one_failed`, and teardowns. Reports one of those that fails then, and did not in the plain run. A task whose own
line raises is taken to mean it.

## Why is this bad?
It is there for the bad day: to clean up, to report, to close the books. It counts on what the failed task would have
left behind, so that on the bad day it does none of this.

## What to do
Have it look for what it needs before using it: the result of a task that failed is `None`, its files may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._paths import new_faults, runs_after_failure
from windtunnel.facts import PathsFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import DAG, task

with DAG("books", schedule=None):

    @task
    def count() -> dict:
        return {"rows": 3}

    @task(trigger_rule="all_done")
    def report(counted: dict) -> None:
        print(counted["rows"], "rows")  # WT324

    @task
    def finish() -> None:
        print("finished")

    counted = count()
    report(counted)
    counted >> finish()
"""
PASSING = """\
from airflow.sdk import DAG, task

with DAG("books", schedule=None):

    @task
    def count() -> dict:
        return {"rows": 3}

    @task(trigger_rule="all_done")
    def report(counted: dict) -> None:
        print(counted["rows"] if counted else "no", "rows")

    @task
    def finish() -> None:
        print("finished")

    counted = count()
    report(counted)
    counted >> finish()
"""


@check(
    "WT324",
    on=PathsFacts,
    severity=Severity.WARNING,
    remedy="have it look for what it needs first: a task that failed has left nothing",
)
def failing_after_failure(paths: PathsFacts) -> Iterator[Complaint]:
    rules = {task.task_id: task.trigger_rule for task in paths.dag.tasks}
    for run, task, failure in new_faults(paths, runs_after_failure(paths)):
        if task.unmet_need or not any(forced.task_id in task.upstream for forced in run.forced):
            continue
        rule = f"which runs all the same ({rules[task.task_id]})"
        message = f"{run.path}, task {task.label!r}, {rule}, fails as well: {failure.summary}"
        yield Complaint(failure.location or task.location, message, failure.traceback, task_id=task.task_id)
