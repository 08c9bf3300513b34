"""Node that breaks on a zero, or makes infinity of it.

## What it does
A dataflow that a task drove is played again, without its savers and loaders, from what entered it in the run of
the DAG, with one value of a positive column 0. Reported is the first node that ends in an exception which nobody
raised on purpose, or that gives an infinite number where it gave none.

## Why is this bad?
An infinite number is no error: it goes on into means, models and files, and is seen when a report shows `inf`.

## What to do
Handle the zero, or refuse it in words by a `raise`. If it cannot occur, say so by `@check_output(range=...)` or a
schema.
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


def hours_for_100_km(readings: pd.DataFrame) -> pd.Series:  # WT622
    return 100 / readings["speed"]


def result(hours_for_100_km: pd.Series) -> float:
    return float(hours_for_100_km.max())
""",
}
PASSING = {
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def hours_for_100_km(readings: pd.DataFrame) -> pd.Series:
    return 100 / readings["speed"].where(readings["speed"] > 0)


def result(hours_for_100_km: pd.Series) -> float:
    return float(hours_for_100_km.max())
""",
}


@check(
    "WT622",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="handle the zero, refuse it by an explicit raise, or declare the range by @check_output",
)
def unhandled_zero(replay: ReplayFacts) -> Iterator[Complaint]:
    return breaks(replay, Disturbance.ZERO)
