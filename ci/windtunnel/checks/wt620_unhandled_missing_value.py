"""Node that breaks when a value is missing.

## What it does
A dataflow that a task drove is played again, without its savers and loaders, from what entered it in the run of
the DAG, with one value of a column missing, and with all of them missing. Reported is the first node that ends
in an exception which nobody raised on purpose, with the smallest input on which it does. Columns of whole numbers
are tried where they come from a file of text; columns that look like keys are left alone.

## Why is this bad?
Sensors fail, forms are left empty, joins find no partner. The task then ends in a traceback that names neither the
column nor the row, on a day when nobody has changed the code.

## What to do
Handle the missing value, or refuse it in words by a `raise`. If it cannot occur, say so: by `@check_output`, by a
schema, or in `windtunnel_strategies.py` with `non_null = ["raw_df.age"]`.
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
    return float(readings["station"].map(lambda station: ord(station[0])).max())  # WT620
""",
}
PASSING = {
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def result(readings: pd.DataFrame) -> float:
    return float(readings["station"].dropna().map(lambda station: ord(station[0])).max())
""",
}


@check(
    "WT620",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="handle the missing value, refuse it by an explicit raise, or declare that it cannot occur",
)
def unhandled_missing_value(replay: ReplayFacts) -> Iterator[Complaint]:
    return breaks(replay, Disturbance.MISSING)
