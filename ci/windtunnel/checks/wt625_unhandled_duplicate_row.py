"""Node that breaks when a row occurs twice.

## What it does
A dataflow that a task drove is played again, without its savers and loaders, from what entered it in the run of
the DAG, with one row twice. Reported is the first node that ends in an exception which nobody raised on purpose.

## Why is this bad?
A source that is read again, a retry upstream, a join on a key that is none: one row comes twice, and what is taken to
be one value is two.

## What to do
Drop or refuse duplicates where the table enters. If they cannot occur, say so: in `windtunnel_strategies.py` with
`unique = ["raw_df.id"]`.
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
    (slowest,) = readings.loc[readings["speed"] == readings["speed"].min(), "speed"]  # WT625
    return float(slowest)
""",
}
PASSING = {
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def result(readings: pd.DataFrame) -> float:
    once = readings.drop_duplicates()
    (slowest,) = once.loc[once["speed"] == once["speed"].min(), "speed"].unique()
    return float(slowest)
""",
}


@check(
    "WT625",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="drop or refuse duplicates where the table enters, or declare that it is unique",
)
def unhandled_duplicate_row(replay: ReplayFacts) -> Iterator[Complaint]:
    return breaks(replay, Disturbance.DUPLICATES)
