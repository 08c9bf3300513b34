"""Task that fails for want of what a skipped task would have given.

## What it does
Runs every DAG once more for each answer that its branches and short circuits did not give. Reports a task that runs
behind a skipped one and fails on `None`, which is what it gets in the place of that one's result.

## Why is this bad?
A join with `none_failed` or `none_failed_min_one_success` runs whichever way was taken, and has the result of one way
only. Today it was the way that it can cope with.

## What to do
Look which of the arguments is there before using them, or read the results by `ti.xcom_pull` and leave out the empty
ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._paths import lacks_skipped, new_faults, runs_by_answer
from windtunnel.facts import PathsFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import DAG, task

with DAG("fork", schedule=None):

    @task.branch
    def choose(params=None) -> str:
        return "whole" if params.get("whole") else "part"

    @task
    def whole() -> list:
        return [1, 2]

    @task
    def part() -> list:
        return [1]

    @task(trigger_rule="none_failed_min_one_success")
    def total(whole: list, part: list) -> int:
        return sum(part)  # WT321

    way = choose()
    both = whole(), part()
    way >> both
    total(*both)
"""
PASSING = """\
from airflow.sdk import DAG, task

with DAG("fork", schedule=None):

    @task.branch
    def choose(params=None) -> str:
        return "whole" if params.get("whole") else "part"

    @task
    def whole() -> list:
        return [1, 2]

    @task
    def part() -> list:
        return [1]

    @task(trigger_rule="none_failed_min_one_success")
    def total(whole: list, part: list) -> int:
        return sum(whole or part)

    way = choose()
    both = whole(), part()
    way >> both
    total(*both)
"""


@check("WT321", on=PathsFacts, severity=Severity.WARNING, remedy="use of the arguments only the one that is there")
def skipped_input(paths: PathsFacts) -> Iterator[Complaint]:
    for run, task, failure in new_faults(paths, runs_by_answer(paths)):
        if skipped := lacks_skipped(paths, run, task, failure):
            lacks = f"it gets nothing from {', '.join(map(repr, skipped))}, skipped then"
            message = f"{run.path}, task {task.label!r} fails: {failure.summary}; {lacks}"
            location = failure.location or task.location
            yield Complaint(location, message, failure.traceback, task_id=task.task_id)
