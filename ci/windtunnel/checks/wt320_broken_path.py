"""Task that cannot run, on a path that the run did not take.

## What it does
Runs every DAG once more for each answer that its branches and short circuits did not give, and for an empty list
where a task is mapped over one that was not. Reports a task that fails then for a reason that no data explains: a name
that is not defined, arguments that do not fit the function which Airflow calls.

## Why is this bad?
The run is green today. On the day on which the branch answers otherwise, the task fails.

## What to do
Mend the line shown. The answers that were tried depend on `--max-paths`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._paths import cannot_run, new_faults, runs_by_answer
from windtunnel.facts import PathsFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import DAG, task

with DAG("fork", schedule=None):

    @task.branch
    def choose(params=None) -> str:
        return "whole" if params.get("whole") else "part"

    @task
    def whole() -> int:
        return len(rows)  # WT320

    @task
    def part() -> int:
        return 1

    choose() >> [whole(), part()]
"""
PASSING = """\
from airflow.sdk import DAG, task

with DAG("fork", schedule=None):

    @task.branch
    def choose(params=None) -> str:
        return "whole" if params.get("whole") else "part"

    @task
    def whole() -> int:
        rows = [1, 2]
        return len(rows)

    @task
    def part() -> int:
        return 1

    choose() >> [whole(), part()]
"""


@check("WT320", on=PathsFacts, severity=Severity.ERROR, remedy="mend the line shown: no answer makes it run")
def broken_path(paths: PathsFacts) -> Iterator[Complaint]:
    for run, task, failure in new_faults(paths, runs_by_answer(paths)):
        if cannot_run(failure):
            message = f"{run.path}, task {task.label!r} fails: {failure.summary}"
            location = failure.location or task.location
            yield Complaint(location, message, failure.traceback, task_id=task.task_id)
