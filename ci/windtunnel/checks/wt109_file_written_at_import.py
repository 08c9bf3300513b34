"""DAG file that changes files while it is imported.

## What it does
Watches which files are opened for writing, made, renamed, removed or changed while a DAG file is imported, but for
those in the temporary folder and in the working directory, and names the line of yours that did it.

windtunnel refuses such a deed with a PermissionError before anything is changed. Where the file then does not load, its
DAGs are not judged: this is no green verdict.

## Why is this bad?
Airflow parses every DAG file again and again, every 30 seconds if not told otherwise, in the DAG processor and in each
worker.
The file is written as often, by several processes at a time, of which each may see what another has half done.

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
    failed = next((failure for failure in file.failures if failure.wanted_to_write), None)
    unjudged = "; without it the file does not load, and its DAGs are not judged" if failed else ""
    for seen in file.effects:
        if seen.effect is Effect.FILE:
            message = f"importing {file.path} wants to {seen.what}, which windtunnel refuses{unjudged}"
            yield Complaint(seen.location or Location(file.path), message, failed.traceback if failed else "")
