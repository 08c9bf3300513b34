"""DAG file that reads a variable or a connection while it is imported.

## What it does
Watches every Airflow variable and connection that is read while a DAG file is imported, through helpers too, and names
the line of yours that asked, whether or not it was there.

## Why is this bad?
Each parse of the file is a query to Airflow's database or secrets backend, and a missing variable takes all DAGs of the
file away.

## What to do
Read it inside the task, or by a template: `{{ var.value.name }}`, `{{ conn.name.host }}`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts, Effect
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
from airflow.sdk import DAG, Variable

owner = Variable.get("owner", default="nobody")  # WT112

with DAG("owned", schedule=None, tags=[owner]):
    pass
"""
PASSING = """\
from airflow.sdk import DAG, Variable, task

with DAG("owned", schedule=None):

    @task
    def greet() -> None:
        print(Variable.get("owner", default="nobody"))

    greet()
"""


@check("WT112", on=DagFileFacts, severity=Severity.WARNING, remedy="read it inside the task, or by a template")
def metadata_read_at_import(file: DagFileFacts) -> Iterator[Complaint]:
    fatal = {failure.location for failure in file.failures if failure.needs}  # WT104 speaks of those
    for seen in file.effects:
        if seen.effect is Effect.METADATA and seen.location not in fatal:
            yield Complaint(seen.location or Location(file.path), f"importing {file.path} reads {seen.what}")
