"""Saver whose metadata says what its file is not.

## What it does
Compares what a saver returns with what it has written, where that can mean one thing only: a number of bytes
(`file_size_bytes`, `size_on_disk`, `size` in Hamilton's `file_metadata`), and, of a `@datasaver` function, a number of
rows (`rows`, `n_rows`, `num_rows`, `row_count`, `rows_written`, `rows_saved`, and that in Hamilton's
`dataframe_metadata`) that is larger than the file can hold. Files that the task has changed since are left alone.

## Why is this bad?
Whoever watches the pipeline by its metadata is told that all is well: a size that was taken before the file was closed,
or the rows that were meant to be written.

## What to do
Close the file first, and take its size and its rows from what lies there.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.checks._visits import shown
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

_MODULE = """\
import json

from hamilton.function_modifiers import datasaver
from hamilton.io.utils import get_file_metadata


@datasaver()%s
def saved_totals(rows: list, path: str) -> dict:
    with open(path, "w") as file:
        json.dump(rows, file)
%sreturn get_file_metadata(path)
"""
FAILING = totals(_MODULE % ("  # WT409", " " * 8))
PASSING = totals(_MODULE % ("", " " * 4))


@check(
    "WT409",
    on=SaveFacts,
    severity=Severity.WARNING,
    remedy="close the file first, and let the metadata say what lies there",
)
def contradicted_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.CONTRADICTED:
        message = f"the metadata of saver {save.node!r} of task {save.task_id!r} does not fit {shown(save.path)}"
        yield Complaint(save.location, f"{message}: {save.detail}")
