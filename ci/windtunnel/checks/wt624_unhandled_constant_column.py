"""Node that breaks when all values of a column are the same.

## What it does
A dataflow that a task drove is played again, without its savers and loaders, from what entered it in the run of
the DAG, with all values of one column the same. Reported is the first node that ends in an exception which nobody
raised on purpose.

## Why is this bad?
A sample of one customer, a day with one weather, a sensor that is stuck: the deviation is 0, there is one class or one
group, and what was unpacked into two has one part.

## What to do
Handle it, or refuse it in words by a `raise`.
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
    most, second, *_ = readings.groupby("station")["speed"].max().sort_values(ascending=False)  # WT624
    return float(most - second)
""",
}
PASSING = {
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def result(readings: pd.DataFrame) -> float:
    best = readings.groupby("station")["speed"].max().sort_values(ascending=False)
    if len(best) < 2:
        raise ValueError("there is one station, which is ahead of none")
    return float(best.iloc[0] - best.iloc[1])
""",
}


@check(
    "WT624",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="handle a column of one value, or refuse it by an explicit raise",
)
def unhandled_constant_column(replay: ReplayFacts) -> Iterator[Complaint]:
    return breaks(replay, Disturbance.CONSTANT)
