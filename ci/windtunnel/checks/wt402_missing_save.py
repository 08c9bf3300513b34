"""Saver that left no file.

## What it does
Looks, the moment a task succeeds, for the file of each saver that ran in it. Reports a path where nothing lies. A file
that the task has renamed is looked for under its new name, and one below `TMPDIR` may be gone. A `@datasaver` function
whose metadata names no `path` may have written elsewhere, unless it wrote nothing at all.

## Why is this bad?
The task is green, and whoever reads the file next finds nothing, or what an earlier run has left.

## What to do
Let the saver write to the path that it names, and return only when the file is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

FAILING = totals(
    """\
from pathlib import Path

from hamilton.function_modifiers import datasaver


@datasaver()  # WT402
def saved_totals(rows: list, path: str) -> dict:
    # the file is never written
    return {"path": path}
"""
)
PASSING = totals()


@check(
    "WT402", on=SaveFacts, severity=Severity.ERROR, remedy="write to the path that the saver names, before it returns"
)
def missing_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.MISSING:
        yield Complaint(
            save.location, f"saver {save.node!r} of task {save.task_id!r} ran, but nothing lies at {save.path}"
        )
