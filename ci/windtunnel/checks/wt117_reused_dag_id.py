"""DAG id that one file gives to several DAGs.

## What it does
Watches the DAGs that a file makes while it is imported. Reports an id that is given to several which are not the same.

## Why is this bad?
Airflow keeps one DAG per id and file, and says nothing of the others: their tasks never run. Where each was a context
(`with DAG(...)`, `@dag`) it is left to chance which one is kept, and it may change from one parse to the next.

## What to do
Give each DAG an id of its own: in a loop, make the id from what the loop goes over.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

for table in ("orders", "customers"):
    with DAG("load", schedule=None):  # WT117
        BashOperator(task_id="copy", bash_command=f"echo {table}", retries=1)
"""
PASSING = """\
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

for table in ("orders", "customers"):
    with DAG(f"load_{table}", schedule=None):
        BashOperator(task_id="copy", bash_command=f"echo {table}", retries=1)
"""


@check(
    "WT117",
    on=DagFileFacts,
    severity=Severity.ERROR,
    remedy="give each DAG an id of its own; in a loop, make it from what the loop goes over",
)
def reused_dag_id(file: DagFileFacts) -> Iterator[Complaint]:
    for reused in file.reused:
        lines = sorted(set(reused.lines))
        where = f"at lines {', '.join(map(str, lines))}" if len(lines) > 1 else f"all at line {lines[0]}"
        message = f"{len(reused.lines)} DAGs have the id {reused.dag_id!r}, {where}: Airflow keeps one of them"
        yield Complaint(Location(file.path, lines[-1]), message)
