"""Setup that nothing tears down.

## What it does
Reports a setup task without a teardown: Airflow pairs the two by a direct edge. Where a teardown stands further
downstream without being paired, WT212 says so instead.

## Why is this bad?
What the setup has made stays after the run. That may be meant (a table that is there from then on); then it does no
harm, and the task need not be a setup.

## What to do
Add the task that removes it: `remove.as_teardown(setups=make)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._scopes import pairs, unpaired
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("cluster", schedule=None):
    create = EmptyOperator(task_id="create").as_setup()  # WT211
    create >> EmptyOperator(task_id="work")
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("cluster", schedule=None):
    create = EmptyOperator(task_id="create").as_setup()
    create >> EmptyOperator(task_id="work") >> EmptyOperator(task_id="delete").as_teardown(setups=create)
"""


@check("WT211", on=DagFacts, severity=Severity.NOTICE, remedy="add its teardown: remove.as_teardown(setups=make)")
def setup_without_teardown(dag: DagFacts) -> Iterator[Complaint]:
    torn_down = {setup for setup, _ in (*pairs(dag), *unpaired(dag))}
    for task in dag.tasks:
        if task.is_setup and task.task_id not in torn_down:
            message = f"setup {task.task_id!r} has no teardown: what it makes stays after the run"
            yield Complaint(task.location, message, task_id=task.task_id)
