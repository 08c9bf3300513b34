"""Run in which no task ran.

## What it does
Reports a DAG whose run ended without a single task having been started.

## Why is this bad?
Airflow calls such a run a success. It has proved nothing, and in production it would do nothing.

## What to do
Give the DAG a task, and look at what skips all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import End, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import DAG

with DAG("idle", schedule=None):  # WT304
    pass
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("busy", schedule=None):
    EmptyOperator(task_id="work")
"""


@check(
    "WT304",
    on=RunFacts,
    severity=Severity.ERROR,
    remedy="give the DAG a task that runs in its dates, or remove the DAG",
)
def run_without_task(run: RunFacts) -> Iterator[Complaint]:
    if run.process.end is not End.COMPLETED or run.failure is not None:
        return
    if not any(task.ran for task in run.tasks):
        states = (
            ", ".join(f"{task.label} {task.state}" for task in run.tasks)
            or "no task instance was made: the DAG has no task, or its dates leave none"
        )
        message = f"the run of DAG {run.dag_id!r} ended {run.state or 'at once'}, but no task ran"
        yield Complaint(run.location, message, states)
