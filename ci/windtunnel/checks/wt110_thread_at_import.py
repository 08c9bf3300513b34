"""DAG file that starts a thread while it is imported.

## What it does
Watches every thread that is started while a DAG file is imported, and names the line of yours that did it.

## Why is this bad?
Airflow parses every DAG file again and again, every 30 seconds if not told otherwise, in the DAG processor and in each
worker.
Tasks run in processes that are forked, and threads do not survive a fork: locks that one of them held stay locked.

## What to do
Start threads inside the task that needs them, and wait for them there.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts, Effect
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
import threading

from airflow.sdk import DAG

threading.Thread(target=print, args=("started",)).start()  # WT110

with DAG("threaded", schedule=None):
    pass
"""
PASSING = """\
from airflow.sdk import DAG

with DAG("threaded", schedule=None):
    pass
"""


@check("WT110", on=DagFileFacts, severity=Severity.WARNING, remedy="start it inside the task that needs it")
def thread_at_import(file: DagFileFacts) -> Iterator[Complaint]:
    for seen in file.effects:
        if seen.effect is Effect.THREAD:
            yield Complaint(seen.location or Location(file.path), f"importing {file.path} starts {seen.what}")
