"""Node that does something else when it is called again with what it got in the real run.

## What it does
Calls each node of a dataflow that a task drove once more, in another process, with the arguments that it got in the
run of the DAG, and compares. Nodes that differ, and what is behind them, are left out of the other checks of dataflows
played again; so is a dataflow that cannot be played again at all, with the reason.

## Why is this bad?
It need not be: the clock, a generator of random numbers, or the outside may be meant. But a retry of the task gives
another result than the first attempt would have, and nothing behind such a node is tried.

## What to do
Take the seed, the date or the table as an input of the dataflow.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._breaks import DAG
from windtunnel.facts import ReplayFacts
from windtunnel.findings import Complaint, Severity

FAILING = {
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import random

import pandas as pd


def result(readings: pd.DataFrame) -> float:  # WT626
    return float(readings["speed"].max()) + random.random()
""",
}
PASSING = {
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import random

import pandas as pd


def result(readings: pd.DataFrame) -> float:
    return float(readings["speed"].max()) + random.Random(7).random()
""",
}


@check(
    "WT626",
    on=ReplayFacts,
    severity=Severity.NOTICE,
    remedy="take the seed, the date or the table as an input of the dataflow; mark what reads files by @dataloader()",
)
def unrepeatable_node(replay: ReplayFacts) -> Iterator[Complaint]:
    for found in replay.unrepeated:
        message = (
            f"{found.node} {found.detail} when it is called again with what it got in task {replay.task_id!r}; "
            "it and what is behind it was not tried with other data"
        )
        yield Complaint(found.location, message)
    if replay.not_played:
        message = f"the dataflow of task {replay.task_id!r} was not tried with other data: {replay.not_played}"
        yield Complaint(replay.location, message)
