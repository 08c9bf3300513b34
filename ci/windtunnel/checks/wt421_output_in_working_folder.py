"""Task that leaves its output in the working folder.

## What it does
Sees which files tasks write to relative paths. Reports one that the task leaves behind in the folder that it was
started in, whose name stands in the user's own text, and which nobody has read when the run has ended: no task, and no
program that the task has started. (What another task reads there is for WT339.)

## Why is this bad?
The working folder of a worker is wherever somebody has started it: with containers, a folder that is gone with the
worker. The task is green, and nobody will find what it has made.

## What to do
Let the path begin at a folder for data that the deployment names, by a variable or a param.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import KEEPS_A_RECORD, shown
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def totals():
    @task
    def save() -> None:
        import os
        import tempfile
        from pathlib import Path

        folder = Path(%s)
        (folder / "totals.txt").write_text("7")%s

    save()


totals()
"""
FAILING = _FILE % ("", "  # WT421")
PASSING = _FILE % ('os.environ.get("DATA_ROOT") or tempfile.mkdtemp()', "")


@check(
    "WT421",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="let the path begin at a folder for data that the deployment names",
)
def output_in_working_folder(run: RunFacts) -> Iterator[Complaint]:
    well = {task.task_id for task in run.tasks if task.state == "success"}
    read = {use.path for use in run.uses if not use.writes}
    told: set[tuple[str, int]] = set()
    for use in run.uses:
        is_result = use.loose and use.left and use.unread and use.named and not KEEPS_A_RECORD.search(shown(use.path))
        place = (use.location.path, use.location.line)
        if is_result and use.path not in read and use.task_id in well and place not in told:
            told.add(place)
            message = f"task {use.task_id!r} leaves {shown(use.path)}, where nobody reads it"
            message += ": on a worker that is whichever folder"
            yield Complaint(use.location, message, use.evidence, task_id=use.task_id)
