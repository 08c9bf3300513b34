"""Node that breaks when times come in another zone.

## What it does
A dataflow that a task drove is played again, without its savers and loaders, from what entered it in the run of
the DAG, with the times of a column in another zone: those without one in UTC. Reported is the first node that ends in
an exception which nobody raised on purpose.

Tried only where the setting `perturbations` names `zones`.

## Why is this bad?
A driver of a database is updated, a file is written by another library: the same times come with a zone, and cannot be
compared with those that have none.

## What to do
Bring times to one zone where the table enters: `pd.to_datetime(..., utc=True)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._breaks import DAG, breaks
from windtunnel.facts import Disturbance, ReplayFacts
from windtunnel.findings import Complaint, Severity

_ASKED = '[tool.windtunnel]\nperturbations = ["zones"]\n'
FAILING = {
    "pyproject.toml": _ASKED,
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
from datetime import datetime

import pandas as pd


def result(readings: pd.DataFrame) -> float:
    return float(readings["at"].iloc[0].to_pydatetime() > datetime(2025, 1, 2))  # WT631
""",
}
PASSING = {
    "pyproject.toml": _ASKED,
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
from datetime import datetime, timezone

import pandas as pd


def result(readings: pd.DataFrame) -> float:
    at = pd.to_datetime(readings["at"], utc=True)
    return float(at.iloc[0].to_pydatetime() > datetime(2025, 1, 2, tzinfo=timezone.utc))
""",
}


@check(
    "WT631",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="bring times to one zone where the table enters",
)
def unhandled_time_zone(replay: ReplayFacts) -> Iterator[Complaint]:
    return breaks(replay, Disturbance.ZONE)
