"""Node that takes its time in two tasks, for the same result.

## What it does
Measures each node that a task computes. Reports one that takes a second or longer in two tasks of a DAG and comes to
the same result in both, as far as results can be compared (by what `pickle` makes of them). Loaders and savers are left
alone: what is handed on as a file has to be read again.

## Why is this bad?
The time is spent twice in every run, and the two results can drift apart: nothing says that they have to be one.

## What to do
Save the node in the first task and load it in the second, or do both in one task.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import RunFacts, SlowNodeFacts
from windtunnel.findings import Complaint, Severity

_MODULE = """\
import time


def model(rows: int) -> int:%s
    time.sleep(1.05)
    return 2 * rows


def score(model: int) -> float:
    return model / 3
"""
_DAG = """\
from airflow.sdk import dag, task


@task
def train() -> int:
    from hamilton import driver

    from modules import models

    return driver.Builder().with_modules(models).build().execute(["model"], inputs={"rows": 4})["model"]


@task
def evaluate(model: int) -> float:
    from hamilton import driver

    from modules import models

    return driver.Builder().with_modules(models).build().execute(["score"], GIVEN)["score"]


@dag(schedule=None)
def models():
    evaluate(train())


models()
"""
FAILING = {"modules/models.py": _MODULE % "  # WT524", "dags/models.py": _DAG.replace("GIVEN", 'inputs={"rows": 4}')}
PASSING = {"modules/models.py": _MODULE % "", "dags/models.py": _DAG.replace("GIVEN", 'overrides={"model": model}')}


@check("WT524", on=RunFacts, severity=Severity.NOTICE, remedy="save it in the first task and load it in the second")
def twice_computed_node(run: RunFacts) -> Iterator[Complaint]:
    known: dict[tuple[str, str, str], dict[str, SlowNodeFacts]] = defaultdict(dict)
    for driver in run.drivers:
        for slow in driver.slow if driver.well else ():
            known[slow.module, slow.node, slow.content].setdefault(driver.task_id, slow)
    for (_, node, content), by_task in known.items():
        if content and len(by_task) > 1:
            (first, one), (second, other), *_ = by_task.items()
            times = f"{one.seconds:.1f} s in task {first!r} and {other.seconds:.1f} s in task {second!r}"
            yield Complaint(one.location, f"node {node!r} takes {times}, for the same result", task_id=second)
