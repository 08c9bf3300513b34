"""Node that breaks on few rows or none.

## What it does
A dataflow that a task drove is played again, without its savers and loaders, from what entered it in the run of
the DAG, with no rows, with one row and with three rows. Reported is the first node that ends in an exception which
nobody raised on purpose.

## Why is this bad?
On a holiday nothing is sold, a filter keeps nothing, the first day of a new source has one row. The task fails on a
day on which there was nothing to do.

## What to do
Handle the small table, or refuse it in words by a `raise`. If it cannot occur, say so: in
`windtunnel_strategies.py` with `min_rows = {"raw_df": 10}`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._breaks import DAG, breaks
from windtunnel.facts import Disturbance, ReplayFacts
from windtunnel.findings import Complaint, Severity

FAILING = {
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def result(readings: pd.DataFrame) -> float:
    return float(readings["speed"].iloc[0])  # WT621
""",
}
PASSING = {
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def result(readings: pd.DataFrame) -> float:
    if readings.empty:
        raise ValueError("there are no readings")
    return float(readings["speed"].iloc[0])
""",
}


@check(
    "WT621",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="handle the small table, refuse it by an explicit raise, or declare how few rows there can be",
)
def unhandled_small_table(replay: ReplayFacts) -> Iterator[Complaint]:
    return breaks(replay, Disturbance.SMALL)
