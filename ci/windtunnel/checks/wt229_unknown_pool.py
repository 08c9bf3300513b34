"""Task in a pool that does not exist.

## What it does
Compares the `pool` of each task with the pools that the setting `pools` declares, and with `default_pool`, which every
Airflow has. Where the setting is empty nothing is known, and nothing is said.

## Why is this bad?
The scheduler leaves such a task in the state "scheduled" for ever.

## What to do
Mend the name, or create the pool and add it to the setting.
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
pools = ["warehouse"]
"""
FAILING = {
    "pyproject.toml": _SETTINGS,
    "dags/load.py": """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("load", schedule=None):
    EmptyOperator(task_id="copy", pool="warehose")  # WT229
""",
}
PASSING = {
    "pyproject.toml": _SETTINGS,
    "dags/load.py": """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("load", schedule=None):
    EmptyOperator(task_id="plan") >> EmptyOperator(task_id="copy", pool="warehouse")
""",
}


@check("WT229", on=TaskFacts, severity=Severity.ERROR, remedy="mend the name, or add the pool to the setting pools")
def unknown_pool(task: TaskFacts, settings: Settings) -> Iterator[Complaint]:
    known = ("default_pool", *settings.pools)
    if settings.pools and task.pool and task.pool not in known:
        message = f"task {task.task_id!r} wants pool {task.pool!r}, which the setting pools does not have"
        yield Complaint(task.location, message + guess(task.pool, known))
