"""DAG file that loads in one working directory only.

## What it does
Loads each DAG file in an empty working directory. One that fails there for want of a file or of a module, or looks
through folders and gives no DAG, is loaded again with the root of the repository, the folder of the DAG folder, and the
DAG folder as working directory. Reports the file if that helps; its DAGs are then judged and run from there.

## Why is this bad?
Airflow promises no working directory. The DAG processor, the workers and your own shell stand in different ones: the
file loads on your machine and not there, or the other way round.

## What to do
Build paths from the file: `Path(__file__).parent / "tables.txt"`. Import modules by the name that they have from the
root of the repository or from the DAG folder, without touching `sys.path`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts
from windtunnel.findings import Complaint, Location, Severity

FAILING = {
    "dags/example.py": """\
from pathlib import Path

from airflow.sdk import DAG

for name in Path("include/tables.txt").read_text().split():  # WT113
    with DAG(name, schedule=None):
        pass
""",
    "include/tables.txt": "orders customers\n",
}
PASSING = {
    "dags/example.py": """\
from pathlib import Path

from airflow.sdk import DAG

for name in (Path(__file__).parents[1] / "include" / "tables.txt").read_text().split():
    with DAG(name, schedule=None):
        pass
""",
    "include/tables.txt": "orders customers\n",
}


@check(
    "WT113",
    on=DagFileFacts,
    severity=Severity.WARNING,
    remedy="build paths from __file__; import by the name that counts from the root or from the DAG folder",
)
def working_directory_dependent_import(file: DagFileFacts) -> Iterator[Complaint]:
    if not file.started_in:
        return
    place = "the root of the repository" if file.started_in == "." else f"{file.started_in}/"
    if (stumbled := file.stumbled) is None:
        message = f"{file.path} gives DAGs only where the working directory is {place}: else none, silently"
        yield Complaint(Location(file.path), message)
    else:
        message = f"{file.path} loads only where the working directory is {place}: else {stumbled.summary}"
        yield Complaint(stumbled.location or Location(file.path), message, stumbled.traceback)
