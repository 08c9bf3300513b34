"""Run that hangs, or that ends the process it is started from.

## What it does
Reports a DAG whose run did not come to an end: a task ran longer than `--timeout`, the run itself held more memory than
`--max-memory`, or a task killed the process that it was started from.

## Why is this bad?
In production the worker is lost, or is occupied for ever.

## What to do
The message says which task was at work and, where that is known, at which line. Give long tasks an
`execution_timeout`; if the run really needs more than the limit, raise `--timeout` or `--max-memory`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import End, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def leaver():
    @task  # WT305
    def leave() -> None:
        import os
        import signal

        os.kill(os.getppid(), signal.SIGKILL)

    leave()


leaver()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def leaver():
    @task
    def leave() -> None:
        return

    leave()


leaver()
"""


@check(
    "WT305",
    on=RunFacts,
    severity=Severity.ERROR,
    remedy="mend the task that was at work; --timeout and --max-memory raise the limits for runs that need more",
)
def unfinished_run(run: RunFacts) -> Iterator[Complaint]:
    if run.process.end is End.COMPLETED or run.waiting:
        return
    at_work = [task for task in run.tasks if task.state == "running"]
    who = " while " + ", ".join(repr(task.label) for task in at_work) + " was at work" if at_work else ""
    stuck = run.failure.location if run.failure else None
    where = f", at {stuck}" if stuck else ""
    location = stuck or (at_work[0].location if at_work else run.location)
    yield Complaint(
        location,
        f"the run of DAG {run.dag_id!r} {run.process.detail}{who}{where}",
        run.process.output[-2000:],
        task_id=at_work[0].task_id if at_work else "",
    )
