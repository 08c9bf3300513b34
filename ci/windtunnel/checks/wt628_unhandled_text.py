"""Node that breaks on a text that it has never seen.

## What it does
A dataflow that a task drove is played again, without its savers and loaders, from what entered it in the run of the
DAG, with one text replaced by another that was never seen and is not ASCII. Reported is the first node that ends in
an exception which nobody raised on purpose.

Tried only where the setting `perturbations` names `texts`.

## Why is this bad?
A new shop opens, a code is added, a name has an umlaut: the lookup raises, or the encoding does.

## What to do
Look up with a default, or refuse what is unknown in words by a `raise`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._breaks import DAG, breaks
from windtunnel.facts import Disturbance, ReplayFacts
from windtunnel.findings import Complaint, Severity

_ASKED = '[tool.windtunnel]\nperturbations = ["texts"]\n'
FAILING = {
    "pyproject.toml": _ASKED,
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd

HEIGHTS = {"a": 10, "b": 20, "c": 30}


def result(readings: pd.DataFrame) -> float:
    return float(sum(HEIGHTS[station] for station in readings["station"]))  # WT628
""",
}
PASSING = {
    "pyproject.toml": _ASKED,
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd

HEIGHTS = {"a": 10, "b": 20, "c": 30}


def result(readings: pd.DataFrame) -> float:
    return float(sum(HEIGHTS.get(station, 0) for station in readings["station"]))
""",
}


@check(
    "WT628",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="look up with a default, or refuse an unknown text by an explicit raise",
)
def unhandled_text(replay: ReplayFacts) -> Iterator[Complaint]:
    return breaks(replay, Disturbance.TEXT)
