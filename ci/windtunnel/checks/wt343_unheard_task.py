"""Task whose process was killed between its success and its report.

## What it does
Tells of tasks that Airflow had already marked success when their process came to its end by force: by a listener, by a
library's clean-up, or because the run held more than `--max-memory`.

## Why is this bad?
The task is green, in production too. But what its process had done was not told: its saves, its XComs, its drivers
and its files are missing from this report, and nothing is judged by them.

## What to do
See who ends the process. Where it was the memory, raise `--max-memory`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import TaskRunFacts
from windtunnel.findings import Complaint, Severity

_DAG = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def totals():
    @task%s
    def add() -> int:
        return 7

    add()


totals()
"""
_PLUGIN = """\
import os
import signal

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin


class Ends:
    @hookimpl(tryfirst=True)
    def on_task_instance_success(self, previous_state, task_instance):
        %s


class EndsPlugin(AirflowPlugin):
    name = "ends"
    listeners = [Ends()]
"""
FAILING = {"dags/totals.py": _DAG % "  # WT343", "plugins/ends.py": _PLUGIN % "os.kill(os.getpid(), signal.SIGKILL)"}
PASSING = {"dags/totals.py": _DAG % "", "plugins/ends.py": _PLUGIN % "signal.getsignal(signal.SIGTERM)"}


@check("WT343", on=TaskRunFacts, severity=Severity.NOTICE, remedy="see who ends the process, or raise --max-memory")
def unheard_task(task: TaskRunFacts) -> Iterator[Complaint]:
    if task.state == "success" and task.failure is not None:
        message = f"task {task.label!r} was marked success, and then {task.failure.message}: what it did is not known"
        yield Complaint(task.location, message)
