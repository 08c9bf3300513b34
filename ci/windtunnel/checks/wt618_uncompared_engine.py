"""Engine that a dataflow is to run on, and that it was not compared with.

## What it does
Says of a dataflow that runs in threads, in processes, on Dask or on Ray, or that the setting `engines` wants to be
tried there, why WT616 can say nothing of it: the engine did not start, what entered the dataflow was not kept, its
nodes are coroutines, or the time was up.

## Why is this bad?
Nothing is known to be wrong. But somebody who asks whether a dataflow is the same on Dask takes silence for a yes.

## What to do
Read the reason. More time is given by --timeout.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._breaks import DAG
from windtunnel.facts import EngineFacts
from windtunnel.findings import Complaint, Severity

_ASKED = '[tool.windtunnel]\nengines = ["threads"]\n'

FAILING = {
    "pyproject.toml": _ASKED,
    "dags/reporting.py": DAG.replace("@task\n", "@task  # WT618\n"),
    "modules/flow.py": """\
import random

import pandas as pd


def result(readings: pd.DataFrame) -> float:
    return float(readings["speed"].max()) + random.random()
""",
}
PASSING = {
    "pyproject.toml": _ASKED,
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def result(readings: pd.DataFrame) -> float:
    return float(readings["speed"].max())
""",
}


@check(
    "WT618",
    on=EngineFacts,
    severity=Severity.NOTICE,
    remedy="see the reason; --timeout gives more time",
)
def uncompared_engine(played: EngineFacts) -> Iterator[Complaint]:
    if played.not_compared:
        message = (
            f"the dataflow of task {played.task_id!r} was not compared with {played.engine}: {played.not_compared}"
        )
        yield Complaint(played.location, message)
