"""DAG file that starts a process while it is imported.

## What it does
Watches every program that is started, and every fork, while a DAG file is imported, and names the line of yours that
did it.

## Why is this bad?
Airflow parses every DAG file again and again, every 30 seconds if not told otherwise, in the DAG processor and in each
worker.
The program runs as often, on every one of these machines.

## What to do
Move the call into a task.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts, Effect
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
import subprocess

from airflow.sdk import DAG

version = subprocess.run(["echo", "1.0"], capture_output=True, text=True, check=True).stdout  # WT108

with DAG("versioned", schedule=None, tags=[version.strip()]):
    pass
"""
PASSING = """\
from airflow.sdk import DAG

with DAG("versioned", schedule=None, tags=["1.0"]):
    pass
"""


@check("WT108", on=DagFileFacts, severity=Severity.WARNING, remedy="move the call into a task")
def process_at_import(file: DagFileFacts) -> Iterator[Complaint]:
    for seen in file.effects:
        if seen.effect is Effect.PROCESS:
            yield Complaint(
                seen.location or Location(file.path), f"importing {file.path} starts a process: {seen.what}"
            )
