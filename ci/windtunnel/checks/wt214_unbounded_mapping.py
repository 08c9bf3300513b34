"""Mapped task whose copies nothing holds back.

## What it does
Reports a task that is expanded over the output of another task, where nobody has decided how many copies may be at work
at a time: by `max_active_tis_per_dag` or `max_active_tis_per_dagrun`, by a pool of its own, or by the DAG's
`max_active_tasks`. One that is expanded over what the file itself lists is as long as that list, and is left alone.

## Why is this bad?
How many copies there are is decided at run time, up to `[core] max_map_length` (1024). They take all that the DAG is
allowed at once (`[core] max_active_tasks_per_dag`, 16), and one long day's list keeps its other tasks waiting and falls
on whatever the copies talk to.

## What to do
Say how many are good for it: `@task(max_active_tis_per_dagrun=4)`, or a pool.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import TaskFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import DAG, task

with DAG("fan", schedule=None):

    @task
    def list_files() -> list[str]:
        return ["a", "b"]

    @task  # WT214
    def load(file: str) -> None:
        print(file)

    load.expand(file=list_files())
"""
PASSING = """\
from airflow.sdk import DAG, task

with DAG("fan", schedule=None):

    @task
    def list_files() -> list[str]:
        return ["a", "b"]

    @task(max_active_tis_per_dagrun=4)
    def load(file: str) -> None:
        print(file)

    load.expand(file=list_files())
"""


@check(
    "WT214",
    on=TaskFacts,
    severity=Severity.NOTICE,
    remedy="set max_active_tis_per_dagrun on the task, or give it a pool of its own",
)
def unbounded_mapping(task: TaskFacts) -> Iterator[Complaint]:
    if task.mapping and task.mapping.over and not task.mapping.bounded:
        sources = " and ".join(map(repr, task.mapping.over))
        message = f"task {task.task_id!r} is as many copies as {sources} gives, and nothing says how many run at a time"
        yield Complaint(task.location, message)
