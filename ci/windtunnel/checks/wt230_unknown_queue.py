"""Task in a queue that nobody serves.

## What it does
Compares the `queue` of each task with the queues that the setting `queues` declares, and with `default`, Airflow's own.
Where the setting is empty nothing is known, and nothing is said.

## Why is this bad?
No worker takes such a task: it stays in the state "queued", until Airflow gives it up.

## What to do
Mend the name, or let a worker serve the queue and add it to the setting.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._between import guess
from windtunnel.facts import TaskFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings

_SETTINGS = """\
[tool.windtunnel]
queues = ["gpu"]
"""
FAILING = {
    "pyproject.toml": _SETTINGS,
    "dags/train.py": """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("train", schedule=None):
    EmptyOperator(task_id="fit", queue="gpus")  # WT230
""",
}
PASSING = {
    "pyproject.toml": _SETTINGS,
    "dags/train.py": """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("train", schedule=None):
    EmptyOperator(task_id="plan") >> EmptyOperator(task_id="fit", queue="gpu")
""",
}


@check("WT230", on=TaskFacts, severity=Severity.ERROR, remedy="mend the name, or add the queue to the setting queues")
def unknown_queue(task: TaskFacts, settings: Settings) -> Iterator[Complaint]:
    known = ("default", *settings.queues)
    if settings.queues and task.queue and task.queue not in known:
        message = f"task {task.task_id!r} wants queue {task.queue!r}, which the setting queues does not have"
        yield Complaint(task.location, message + guess(task.queue, known))
