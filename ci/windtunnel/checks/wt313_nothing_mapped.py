"""Mapped task over an empty list that skips everything behind it.

## What it does
Reports a mapped task that had nothing to be mapped over in a green run, where all that is behind it was skipped for it.

## Why is this bad?
With an empty list Airflow skips the mapped task, and with it whatever has the default trigger rule, up to the last
task of the DAG. Nobody hears of it: such a run is a success.

## What to do
If there may be days without anything, give the task behind it `trigger_rule="none_failed"`. If there may not, let the
task that makes the list fail when it is empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def files():
    @task
    def find() -> list:
        return []

    @task  # WT313
    def load(file: str) -> int:
        return len(file)

    @task
    def publish(sizes: list) -> None:
        print(sum(sizes))

    publish(load.expand(file=find()))


files()
"""
PASSING = FAILING.replace(
    "    @task\n    def publish", '    @task(trigger_rule="none_failed")\n    def publish'
).replace("  # WT313", "")


@check(
    "WT313",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy='give the task behind it trigger_rule="none_failed", or fail where the list is empty',
)
def nothing_mapped(run: RunFacts) -> Iterator[Complaint]:
    states: dict[str, set[str]] = {}
    for task in run.tasks:
        states.setdefault(task.task_id, set()).add(task.state)
    for task in run.tasks if run.state == "success" else ():
        had_nothing = task.mapped and task.map_index < 0 and task.state == "skipped" and not task.tries
        if not had_nothing or any(states.get(above, set()) != {"success"} for above in task.upstream):
            continue
        behind = sorted({below.task_id for below in run.tasks if task.task_id in below.upstream})
        if behind and all(states[below] == {"skipped"} for below in behind):
            yield Complaint(
                task.location,
                f"task {task.task_id!r} is mapped over an empty list: it is skipped, and so is all behind it "
                f"({', '.join(behind)}); the run of DAG {run.dag_id!r} is green",
                task_id=task.task_id,
            )
