"""Saver whose file cannot be read back.

## What it does
Reads the file of each `@save_to` and materializer back with Hamilton's own loader of the same format and the same
options, the moment its task succeeds; of a `@datasaver` function, asks whether a `.parquet`, `.json`, `.npy` or `.xlsx`
file is one at all. Reports a file that cannot be read. Folders, and files above 256 MB, are not opened.

## Why is this bad?
The next task, or the next team, will not be able to read it either.

## What to do
Let the file hold what its format promises, and write it whole before the task ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

FAILING = totals(
    """\
from hamilton.function_modifiers import save_to, source


class RowError(Exception):
    def __init__(self, row: int, reason: str) -> None:
        super().__init__(f"row {row}: {reason}")  # pickle keeps this one argument, and __init__ wants two


@save_to.pickle(path=source("path"), output_name_="saved_totals")  # WT404
def totals(rows: list) -> Exception:
    return RowError(len(rows), "nobody can load this")
"""
)
PASSING = totals()


@check(
    "WT404",
    on=SaveFacts,
    severity=Severity.ERROR,
    remedy="write what the format promises, whole, before the task ends",
)
def unreadable_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.UNREADABLE:
        reason = (save.detail.splitlines() or [""])[0]
        message = f"saver {save.node!r} of task {save.task_id!r} wrote {save.path}, which cannot be read: {reason}"
        yield Complaint(save.location, message, save.detail)
