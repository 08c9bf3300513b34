"""Training rows that change when only the rows held back for validation do.

## What it does
Finds, in a dataflow that a task drove, tables of which one is for training and the other held back, by their names
(`X_train` and `X_validation`, `train` and `test`), which are made of different rows of one table that enters. It then
moves the numbers of the rows held back, and nothing else. Where the training rows change with them, it reports the
first node through which they do. So it does where rows held back are among the training rows, if more than their
labels say so. Splits that are moved by this themselves are not judged.

Where the table has one column of times, or an index of them, the same is done with all rows that are later than those
for training, whatever became of them: they were not known then. That the last training rows look a step ahead, as a
target that is the next value does, is not reported.

Rows are told apart by the index of pandas. Tables of polars and pyarrow have none: there it takes a column in which
each row has a value of its own, and which all the parts keep. Arrays of numpy and lazy tables are not judged.

## Why is this bad?
A mean, a scale, an encoding that is computed over all rows tells the model of those that it is to be judged by: the
score is too good, and nobody can tell by how much before production does.

## What to do
Split first, and compute over the training rows what is learned from data.
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
import pandas as pd


def centred(readings: pd.DataFrame) -> pd.Series:  # WT630
    return readings["speed"] - readings["speed"].mean()


def speed_train(centred: pd.Series) -> pd.Series:
    return centred.iloc[:2]


def speed_test(centred: pd.Series) -> pd.Series:
    return centred.iloc[2:]


def result(speed_train: pd.Series, speed_test: pd.Series) -> float:
    return float(speed_test.mean() - speed_train.mean())
""",
}
PASSING = {
    "dags/reporting.py": DAG,
    "modules/flow.py": """\
import pandas as pd


def mean_speed(readings: pd.DataFrame) -> float:
    return float(readings["speed"].iloc[:2].mean())


def speed_train(readings: pd.DataFrame, mean_speed: float) -> pd.Series:
    return readings["speed"].iloc[:2] - mean_speed


def speed_test(readings: pd.DataFrame, mean_speed: float) -> pd.Series:
    return readings["speed"].iloc[2:] - mean_speed


def result(speed_train: pd.Series, speed_test: pd.Series) -> float:
    return float(speed_test.mean() - speed_train.mean())
""",
}


@check(
    "WT630",
    on=ReplayFacts,
    severity=Severity.WARNING,
    remedy="split first, and learn from the training rows alone",
)
def seen_validation_rows(replay: ReplayFacts) -> Iterator[Complaint]:
    for found in replay.peeks:
        rows = f"the rows of {found.held}" if found.held else "rows that are later than all of its own"
        message = (
            f"{found.split} changes when only {rows} in {found.entering!r} do: "
            f"{found.node} sees them, in task {replay.task_id!r}"
        )
        yield Complaint(found.location, message)
