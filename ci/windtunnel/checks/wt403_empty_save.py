"""Saver that left an empty file.

## What it does
Looks, the moment a task succeeds, at the file of each saver that ran in it. Reports a file of 0 bytes, be it
that an empty text was saved.

## Why is this bad?
An empty file is no table and no JSON: the next reader fails, or takes it for "no data today".

## What to do
Write the header, the schema or an empty list even where there is no data, and close the file.
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


@datasaver()  # WT403
def saved_totals(rows: list, path: str) -> dict:
    Path(path).touch()
    return {"path": path}
"""
)
PASSING = totals()


@check(
    "WT403",
    on=SaveFacts,
    severity=Severity.ERROR,
    remedy="write a header, a schema or an empty list where there is no data",
)
def empty_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.EMPTY:
        yield Complaint(
            save.location, f"saver {save.node!r} of task {save.task_id!r} ran, but {save.path} is empty (0 bytes)"
        )
