"""Saver whose values do not arrive in the task that reads them.

## What it does
Compares what one of Hamilton's savers has saved (`@save_to`, `to.*`) with what a later task of the run has loaded from
its file, by Hamilton's loader (`@load_from`, `from_.*`) or by `pd.read_csv` and the like: the type and the names; of a
table 200 rows, the first, the last and those at equal distances between; of something nested 500 entries. Reports
values that became other values and that a node or function uses (an integer rounded to a float, a float rounded away,
an entry that is gone), and keys that became of another type than their reader declares (`dict[int, float]` from JSON
has texts for keys) and looks for (`get`). What the code around the reader may set right again (`astype`, `fillna`,
`int` ...), and what options of the saver or the loader ask for (`float_format`, `dtype` ...), is not reported.

## Why is this bad?
Both tasks are green, and the result is made of other data than were saved.

## What to do
Save in a format that keeps the types (Parquet, Feather, pickle), or have the loader make them what they were.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._handovers import complain, ending, grave, handover, is_error
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

_MODULE = """\
from hamilton.function_modifiers import load_from, save_to


@save_to.FORMAT(path="totals.FORMAT", output_name_="saved")  # WT414
def totals() -> dict:
    return {2023: 1.5, 2024: 2.5}


@load_from.FORMAT(path="totals.FORMAT", inject_="by_year")
def reported(by_year: dict[int, float]) -> float:
    return by_year.get(2024, 0.0)
"""
FAILING = handover(_MODULE.replace("FORMAT", "json"))
PASSING = handover(_MODULE.replace("FORMAT", "pickle").replace("  # WT414", ""))


@check(
    "WT414",
    on=RunFacts,
    severity=Severity.ERROR,
    remedy="save in a format that keeps the types, such as Parquet or pickle, or restore them where the file is loaded",
)
def lossy_handover(run: RunFacts) -> Iterator[Complaint]:
    for load in filter(is_error, run.loads):
        lost = grave(load)
        yield from complain(load, lost, ending(load, lost[0]))
