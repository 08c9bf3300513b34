"""Function under @dag that is never called.

## What it does
Looks in a file that loads for functions under a `@dag` decorator whose name the file does not mention again, but for
what stands below `if __name__ == "__main__"`. A file that another file of the repository imports is left out.

## Why is this bad?
`@dag` makes a factory. Without a call there is no DAG: the file loads without an error, and Airflow shows nothing.

## What to do
Call the function at the end of the file. A factory for other files belongs where Airflow does not look for DAGs.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def report():  # WT106
    @task
    def write() -> None:
        print("a report")

    write()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def report():
    @task
    def write() -> None:
        print("a report")

    write()


report()
"""


@check("WT106", on=DagFileFacts, severity=Severity.WARNING, remedy="call the function at the end of the file")
def uncalled_dag_function(file: DagFileFacts) -> Iterator[Complaint]:
    for name, line in file.uncalled:
        yield Complaint(Location(file.path, line), f"{name!r} is a @dag function that is never called: it makes no DAG")
