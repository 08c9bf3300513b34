"""File that one task leaves for another where only their own machine has it.

## What it does
Sees which files tasks open in their working folder and in the temporary one. Where a task reads there what another has
written, the DAG is run once more with folders of its own for each task; what then fails is reported. A folder with a
name of its own below the temporary one is taken for a place that all workers share.

## Why is this bad?
Airflow runs each task on any worker: with Celery, Kubernetes, or as soon as there is a second machine, the file is not
there. A retry of the second task alone, after the worker was replaced, fails even with one machine.

## What to do
Hand small data over as the task's result (XCom). Put what is large where all workers see it, and hand over its path.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import failed_in, shown, told
from windtunnel.facts import ElsewhereFacts, Occasion
from windtunnel.findings import Complaint, Severity

_FILE = """\
from pathlib import Path

from airflow.sdk import dag, task


@dag(schedule=None)
def totals():
    @task
    def collect() -> list:
        %s

    @task
    def add(numbers: list) -> int:
        %s

    add(collect())


totals()
"""
FAILING = _FILE % (
    'Path("numbers.txt").write_text("3 4")\n        return []',
    'return sum(map(int, Path("numbers.txt").read_text().split()))  # WT339',
)
PASSING = _FILE % ("return [3, 4]", "return sum(numbers)")


@check(
    "WT339",
    on=ElsewhereFacts,
    severity=Severity.WARNING,
    remedy="hand the data over as the task's result, or put the file where all workers see it",
)
def file_on_one_machine(context: ElsewhereFacts) -> Iterator[Complaint]:
    uses = context.plain.uses
    for task in failed_in(context, context.visit(Occasion.ELSEWHERE)):
        read = next((use for use in context.plain.handed_over if use.task_id == task.task_id), None)
        if read is not None:
            giver = next(use.task_id for use in uses if use.path == read.path and use.writes)
            yield told(
                task, f"reads {shown(read.path)}, which task {giver!r} has left there; on another machine it fails"
            )
