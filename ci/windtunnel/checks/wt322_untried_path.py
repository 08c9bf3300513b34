"""Path that could not be tried to its end.

## What it does
Runs every DAG once more for each answer that its branches and short circuits did not give, and for an empty list
where a task is mapped over one that was not. Names the tasks that failed then for reasons that may lie in the data of
the run (which had led to another answer) or in what this run could not give, and the runs that came to no end. A task
whose own line raises is taken to mean it.

## Why is this bad?
It may be right in production. But what is behind the task on this path has not been tried, and an empty list or a
closed gate is a thing to be ready for.

## What to do
See whether the task can meet such data. Params that lead to the other answer can be given with `--conf`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._needs import way_out
from windtunnel.checks._paths import cannot_run, lacks_skipped, new_faults, runs_by_answer
from windtunnel.facts import End, FailureFacts, PathsFacts, RunEnd, RunFacts, TaskRunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import DAG, task

with DAG("sizes", schedule=None):

    @task
    def names() -> list:
        return ["a", "bb"]

    @task
    def size(name: str) -> int:
        return len(name)

    @task(trigger_rule="none_failed")
    def largest(sizes: list) -> int:
        return max(sizes)  # WT322

    largest(size.expand(name=names()))
"""
PASSING = """\
from airflow.sdk import DAG, task

with DAG("sizes", schedule=None):

    @task
    def names() -> list:
        return ["a", "bb"]

    @task
    def size(name: str) -> int:
        return len(name)

    @task(trigger_rule="none_failed")
    def largest(sizes: list) -> int:
        return max(sizes, default=0)

    largest(size.expand(name=names()))
"""


@check(
    "WT322",
    on=PathsFacts,
    severity=Severity.NOTICE,
    remedy="see whether the task can meet such data; params that lead there can be given with --conf",
)
def untried_path(paths: PathsFacts) -> Iterator[Complaint]:
    for run, task, failure in new_faults(paths, runs_by_answer(paths)):
        told = cannot_run(failure) or lacks_skipped(paths, run, task, failure) or _is_literal(paths, task, failure)
        if not told:
            yield _complaint(run, task, failure)
    for run in paths.runs:
        if end := _unfinished(run):
            yield Complaint(run.location, f"{run.path}, the run of DAG {run.dag_id!r} {end}")


def _complaint(run: RunFacts, task: TaskRunFacts, failure: FailureFacts) -> Complaint:
    location = failure.location or task.location
    if task.unmet_need:
        message = f"{run.path}, task {task.label!r} needs {task.unmet_need}; it is not judged"
        return Complaint(location, message, failure.traceback, way_out(task.unmet_need), task.task_id)
    message = f"{run.path}, task {task.label!r} fails on the data of this run: {failure.summary}"
    return Complaint(location, message, failure.traceback, task_id=task.task_id)


def _is_literal(paths: PathsFacts, task: TaskRunFacts, failure: FailureFacts) -> bool:
    """Whether a branch failed by an answer that stands in its text, of which WT210 tells."""
    choices = [choice for one in paths.dag.tasks if one.task_id == task.task_id for choice in one.choices]
    return any(repr(target) in failure.message for choice in choices for target in choice.targets)


def _unfinished(run: RunFacts) -> str:
    if run.process.end is not End.COMPLETED:
        return run.process.detail or "came to no end"
    if run.failure is not None:
        return f"could not go on: {run.failure.summary}"
    return "" if run.left is RunEnd.FINISHED else f"was left {run.left.value}"
