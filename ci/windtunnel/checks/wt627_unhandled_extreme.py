"""Node that breaks on the largest number, or makes infinity of it.

## What it does
A dataflow that a task drove is played again, without its savers and loaders, from what entered it in the run of the
DAG, with one number the largest that its dtype holds. Reported is the first node that ends in an exception which
nobody raised on purpose, or that gives an infinite number where it gave none.

Tried only where the setting `perturbations` names `extremes`.

## Why is this bad?
A sensor that fails reports its largest number, a default is written as 2147483647, a sum outgrows its dtype.

## What to do
Handle or refuse what is out of range. If it cannot occur, say so by `@check_output(range=...)` or a schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._breaks import DAG, breaks
from windtunnel.facts import Disturbance, ReplayFacts
from windtunnel.findings import Complaint, Severity

_ASKED = '[tool.windtunnel]\nperturbations = ["extremes"]\n'
FAILING = {
    "pyproject.toml": _ASKED,
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def squares(readings: pd.DataFrame) -> pd.Series:  # WT627
    return readings["speed"] ** 2


def result(squares: pd.Series) -> float:
    return float(squares.median())
""",
}
PASSING = {
    "pyproject.toml": _ASKED,
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def squares(readings: pd.DataFrame) -> pd.Series:
    return readings["speed"].clip(upper=200) ** 2


def result(squares: pd.Series) -> float:
    return float(squares.median())
""",
}


@check(
    "WT627",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="handle or refuse what is out of range, or declare the range by @check_output",
)
def unhandled_extreme(replay: ReplayFacts) -> Iterator[Complaint]:
    return breaks(replay, Disturbance.EXTREME)
