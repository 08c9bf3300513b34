"""Saver whose values nobody gets back from its file.

## What it does
Reads the file of each `@save_to` and materializer back with the loader that matches it, once, as WT404 does, and
compares with what was saved: of a table 200 rows, the first, the last and those at equal distances between. Reports
values that have become other values in CSV, JSON or Excel (an integer rounded to a float, digits of a small number cut
off, '007' in a CSV), an index with a name that was left out (Hamilton's saver of CSV writes none unless told to), and
any loss of a format that keeps types. That a CSV cannot hold types is not reported. Nor is a file that a task of the
run reads by itself. A later task that loads one more column than was saved
(`Unnamed: 0`, the index) is told of too.

## Why is this bad?
Whoever opens the file tomorrow, in pandas or in a spreadsheet, reads other values than were saved.

## What to do
Save in a format that keeps the values (Parquet), or say in the saver how they are to be written (`index=True` or
`index=False`, `double_precision=15`).
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._handovers import complain, is_error, minor, retyped
from windtunnel.checks._totals import totals
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

_MODULE = """\
import pandas as pd
from hamilton.function_modifiers import save_to, source


@save_to.FORMAT(path=source("path"), output_name_="saved_totals")  # WT416
def totals(rows: list) -> pd.DataFrame:
    return pd.DataFrame({"zip": ["01067", "80331"], "n": rows})
"""
FAILING = totals(_MODULE.replace("FORMAT", "csv"))
PASSING = totals(_MODULE.replace("FORMAT", "parquet").replace("  # WT416", ""))


@check(
    "WT416",
    on=RunFacts,
    severity=Severity.NOTICE,
    remedy="save in a format that keeps the values, such as Parquet, or say in the saver how they are to be written",
)
def lossy_save(run: RunFacts) -> Iterator[Complaint]:
    read = {load.saved.path for load in run.loads} | {use.path for use in run.uses if not use.writes}
    for save in run.saves:
        if save.losses and save.path not in read:
            more = f" (and {len(save.losses) - 1} more)" if len(save.losses) > 1 else ""
            message = f"saver {save.node!r} of task {save.task_id!r} wrote {save.path}: {save.losses[0].text}{more}"
            evidence = "\n".join(loss.text for loss in save.losses)
            yield Complaint(save.location, message, evidence, task_id=save.task_id)
    for load in run.loads:
        if not is_error(load) and not retyped(load):
            yield from complain(load, minor(load), "")
