"""Run that fails as a whole.

## What it does
Reports a DAG whose run could not be started, or that ended failed although no task did.

## Why is this bad?
No task's log will say why. Such a run fails in the scheduler, where few people look.

## What to do
The evidence holds the exception, such as a param whose default does not fit its own schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import End, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import DAG, Param, task

with DAG("typed", schedule=None, params={"rows": Param("ten", type="integer")}):  # WT307

    @task
    def work() -> None:
        print("working")

    work()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def plain():
    @task
    def work() -> None:
        print("working")

    work()


plain()
"""


@check(
    "WT307",
    on=RunFacts,
    severity=Severity.ERROR,
    remedy="mend what the evidence shows: the run cannot start without it",
)
def failed_run(run: RunFacts) -> Iterator[Complaint]:
    if run.process.end is not End.COMPLETED:
        return
    if run.failure is not None and not run.failure.needs:
        yield Complaint(run.location, f"DAG {run.dag_id!r} cannot run: {run.failure.summary}", run.failure.traceback)
    elif run.state == "failed" and not any(task.state in ("failed", "upstream_failed") for task in run.tasks):
        yield Complaint(run.location, f"the run of DAG {run.dag_id!r} ended failed, though no task did")
