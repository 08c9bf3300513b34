"""DAG that is written and that Airflow does not find.

## What it does
Watches the DAGs that a file makes while it is imported, and compares them with those that Airflow collects: what a
variable at the top of the file holds, and what was a context (`with DAG(...)`, `@dag`). Where a file makes none, it
looks for functions with a DAG in them that the import does not come to. A file that another file of the repository
imports is left out, and so is `auto_register=False`.

## Why is this bad?
The file loads without an error, and Airflow shows nothing.

## What to do
Keep each DAG in a variable at the top of the file, or make it by `with DAG(...)`; call the function that makes it.
Where a dict holds the DAGs, `globals().update(dags)` shows them to Airflow.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
from airflow.sdk import DAG

dags = {name: DAG(name, schedule=None) for name in ("orders", "customers")}  # WT118
"""
PASSING = """\
from airflow.sdk import DAG

dags = {name: DAG(name, schedule=None) for name in ("orders", "customers")}
globals().update(dags)
"""


@check(
    "WT118",
    on=DagFileFacts,
    severity=Severity.WARNING,
    remedy="keep the DAG in a variable at the top of the file, or make it by `with DAG(...)`; call the function",
)
def lost_dag(file: DagFileFacts) -> Iterator[Complaint]:
    by_line: dict[int, list[str]] = {}
    for dag_id, line in file.lost:
        by_line.setdefault(line, []).append(dag_id)
    for line, dag_ids in by_line.items():
        ids = ", ".join(map(repr, dag_ids))
        message = f"DAG {ids} is made here and kept where Airflow does not look"
        yield Complaint(Location(file.path, line), message)
    for name, line in file.unreached:
        message = f"nothing calls {name!r}, which makes a DAG: Airflow finds none in {file.path}"
        yield Complaint(Location(file.path, line), message)
