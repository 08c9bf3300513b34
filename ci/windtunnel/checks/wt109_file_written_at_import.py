"""DAG file that writes files while it is imported.

## What it does
Watches every file that is opened for writing while a DAG file is imported, but for those in the temporary folder and in
the working directory, and names the line of yours that opened it.

## Why is this bad?
Airflow parses every DAG file again and again, every 30 seconds if not told otherwise, in the DAG processor and in each
worker.
The file is written as often, by several processes at a time.

## What to do
Move the writing into a task.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts, Effect
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
from pathlib import Path

from airflow.sdk import DAG

(Path(__file__).parent / "parsed.txt").write_text("again")  # WT109

with DAG("scribe", schedule=None):
    pass
"""
PASSING = """\
from airflow.sdk import DAG

with DAG("scribe", schedule=None):
    pass
"""


@check("WT109", on=DagFileFacts, severity=Severity.WARNING, remedy="move the writing into a task")
def file_written_at_import(file: DagFileFacts) -> Iterator[Complaint]:
    for seen in file.effects:
        if seen.effect is Effect.FILE:
            yield Complaint(seen.location or Location(file.path), f"importing {file.path} writes to {seen.what}")
