"""Node that breaks when the rows come in another order, or a label twice in the index.

## What it does
A dataflow that a task drove is played again, without its savers and loaders, from what entered it in the run of
the DAG, with its rows in reverse, and with one label of the index at two rows. Reported is the first node that ends
in an exception which nobody raised on purpose.

Tried only where the setting `perturbations` names `order`.

## Why is this bad?
No source promises an order, and what is put together from two tables has labels twice: `loc` then gives a table where
it gave a row.

## What to do
Sort and number the rows where the table enters: `sort_values`, `reset_index(drop=True)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._breaks import DAG, breaks
from windtunnel.facts import Disturbance, ReplayFacts
from windtunnel.findings import Complaint, Severity

_ASKED = '[tool.windtunnel]\nperturbations = ["order"]\n'
FAILING = {
    "pyproject.toml": _ASKED,
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def result(readings: pd.DataFrame) -> float:
    return float(f"{readings['speed'].loc[0]:.1f}")  # WT629
""",
}
PASSING = {
    "pyproject.toml": _ASKED,
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def result(readings: pd.DataFrame) -> float:
    ordered = readings.sort_values("speed").reset_index(drop=True)
    return float(f"{ordered['speed'].loc[0]:.1f}")
""",
}


@check(
    "WT629",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="sort and number the rows where the table enters",
)
def unhandled_order(replay: ReplayFacts) -> Iterator[Complaint]:
    return breaks(replay, Disturbance.ORDER)
