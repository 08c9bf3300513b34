"""DAG id that two files claim.

## What it does
Compares the DAG ids of all files. What one file gives the same id is told of by WT117.

## Why is this bad?
Airflow keeps one DAG per id. Which of the two it is changes with the order in which the files are parsed, and the
history of both is mixed.

## What to do
Give each DAG an id of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts, RepositoryFacts
from windtunnel.findings import Complaint, Severity

FAILING = {
    "dags/first.py": """\
from airflow.sdk import DAG

with DAG("nightly", schedule=None):
    pass
""",
    "dags/second.py": """\
from airflow.sdk import DAG

with DAG("nightly", schedule=None):  # WT105
    pass
""",
}
PASSING = {
    "dags/first.py": """\
from airflow.sdk import DAG

with DAG("nightly", schedule=None):
    pass
""",
    "dags/second.py": """\
from airflow.sdk import DAG

with DAG("nightly_report", schedule=None):
    pass
""",
}


@check("WT105", on=RepositoryFacts, severity=Severity.ERROR, remedy="give each DAG an id of its own")
def duplicate_dag_id(repository: RepositoryFacts) -> Iterator[Complaint]:
    first: dict[str, DagFacts] = {}
    for file in repository.files:
        for dag in file.dags:
            other = first.setdefault(dag.dag_id, dag)
            if other is not dag:
                yield Complaint(dag.location, f"DAG id {dag.dag_id!r} is taken: {other.location} defines it as well")
