"""Object that several tasks share, and that is changed between them.

## What it does
Looks among the loaded tasks for arguments that are one and the same dict, list or set, and reports those that the text
changes after one task was given it and before another is, in a loop for example.

## Why is this bad?
Airflow keeps the object that it is given (of `default_args` it copies the dict itself, and nothing that lies in it).
All the tasks see the last change, also those that were made before it: four tasks load the last of four tables, and
each ends well.

## What to do
Make a new object for each task: `op_kwargs={**common, "table": table}`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts
from windtunnel.findings import Complaint, Severity

_SHOWN = 4

FAILING = """\
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG

with DAG("tables", schedule=None):
    arguments = {"mode": "full"}
    for table in ("orders", "customers"):
        arguments["table"] = table  # WT219
        PythonOperator(task_id=table, python_callable=print, op_kwargs=arguments)
"""
PASSING = """\
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG

with DAG("tables", schedule=None):
    arguments = {"mode": "full"}
    for table in ("orders", "customers"):
        PythonOperator(task_id=table, python_callable=print, op_kwargs={**arguments, "table": table})
"""


@check("WT219", on=DagFileFacts, severity=Severity.WARNING, remedy="make a new object for each task, or a copy")
def shared_argument(file: DagFileFacts) -> Iterator[Complaint]:
    for shared in file.shared:
        names = ", ".join(shared.tasks[:_SHOWN]) + (", ..." if len(shared.tasks) > _SHOWN else "")
        held = f"{len(shared.tasks)} tasks hold the same object {shared.name} in their {shared.argument} ({names})"
        yield Complaint(shared.location, f"{held}, and it is changed between them: all see the last change")
