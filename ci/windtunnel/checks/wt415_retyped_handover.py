"""Saver whose types do not arrive in the task that reads them.

## What it does
Compares what one of Hamilton's savers has saved with what a later task of the run has loaded from its file, as WT414
does. Reports a column that has become of another type, a text that the reader took for a number ('007' for 7) or for a
missing value, a lost index or another order of the columns, where the code that has loaded it, or a node below, names
the column, and nothing around it may set it right (`to_datetime`, `astype`, `set_index` ...). Also values that became
other values, of which no use is seen, and a value that is not of the type that its reader declares (`list[tuple]` from
JSON has lists).

## Why is this bad?
Times that are texts are compared letter by letter, codes without their zeros find no partner in a join, and nobody is
told.

## What to do
Save in a format that keeps the types (Parquet, Feather, pickle), or name them where the file is loaded
(`parse_dates`, `dtype`, `index_col`).
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._handovers import complain, ending, handover, is_error, retyped
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

_MODULE = """\
import pandas as pd
from hamilton.function_modifiers import load_from, save_to


@save_to.csv(path="sales.csv", index=False, output_name_="saved")  # WT415
def sales() -> pd.DataFrame:
    return pd.DataFrame({"day": pd.to_datetime(["2024-01-31", "2024-02-01"], utc=True), "n": [1, 2]})


@load_from.csv(path="sales.csv", inject_="table")
def reported(table: pd.DataFrame) -> pd.Series:
    return table.groupby("day")["n"].sum()
"""
FAILING = handover(_MODULE)
PASSING = handover(
    _MODULE.replace("  # WT415", "").replace('"sales.csv", inj', '"sales.csv", parse_dates=["day"], inj')
)


@check(
    "WT415",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="save in a format that keeps the types, such as Parquet, or name them where the file is loaded",
)
def retyped_handover(run: RunFacts) -> Iterator[Complaint]:
    for load in run.loads:
        if not is_error(load) and (lost := retyped(load)):
            yield from complain(load, lost, ending(load, lost[0]))
