"""Node that breaks on the same values in other dtypes.

## What it does
A dataflow that a task drove is played again, without its savers and loaders, from what entered it in the run of
the DAG, with the same values in the nullable dtypes of pandas and in those of pyarrow. Reported is the first node
that ends in an exception which nobody raised on purpose.

## Why is this bad?
Hamilton's loaders give nullable dtypes by default, parquet files keep those that they were written with, and pandas
moves to pyarrow: the dtypes change with a release, not with your code.

## What to do
Use what works on all dtypes (`Series.isna`, `to_numpy(dtype=..., na_value=...)`), or make the dtypes certain where the
table enters, by `astype`.
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
import numpy as np
import pandas as pd


def result(readings: pd.DataFrame) -> float:
    if not np.issubdtype(readings["speed"].dtype, np.floating):  # WT623
        return 0.0
    return float(readings["speed"].max())
""",
}
PASSING = {
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def result(readings: pd.DataFrame) -> float:
    if not pd.api.types.is_float_dtype(readings["speed"].dtype):
        return 0.0
    return float(readings["speed"].max())
""",
}


@check(
    "WT623",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="write what works on all dtypes, or make them certain by astype where the table enters",
)
def unhandled_dtype(replay: ReplayFacts) -> Iterator[Complaint]:
    return breaks(replay, Disturbance.DTYPES)
