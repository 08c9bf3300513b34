"""DAG file that Airflow cannot load.

## What it does
Reports each import error that Airflow's DagBag has for a DAG file: syntax errors, exceptions at import, cycles, invalid
schedules, duplicate task ids.

## Why is this bad?
Airflow shows no DAG of that file, or keeps running the last version that did load. Nobody is paged for either.

## What to do
The evidence holds the frames of your own files, the last of them where it happened. For a module that is not there,
the remedy names the distribution to install, or where in the repository the module lies.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts, End
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
from airflow.sdk import dag, task

import a_package_that_nobody_has_installed  # WT101


@dag(schedule=None)
def report():
    @task(retries=1)
    def write() -> None:
        a_package_that_nobody_has_installed.write()

    write()


report()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def report():
    @task(retries=1)
    def write() -> None:
        import a_package_that_nobody_has_installed

        a_package_that_nobody_has_installed.write()

    write()


report()
"""


@check(
    "WT101",
    on=DagFileFacts,
    severity=Severity.ERROR,
    remedy="mend the line shown; what the file imports must be installed where the DAG processor runs",
)
def unloadable_file(file: DagFileFacts) -> Iterator[Complaint]:
    if file.process.end is not End.COMPLETED:
        return
    for failure in file.failures:
        if not failure.needs:
            location = failure.location or Location(file.path)
            message = f"Airflow cannot load {file.path}: {failure.summary}"
            yield Complaint(location, message, failure.traceback, remedy=failure.hint)
