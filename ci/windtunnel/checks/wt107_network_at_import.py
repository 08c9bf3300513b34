"""DAG file that reaches for the network while it is imported.

## What it does
Watches every connection and every host name that is looked up while a DAG file is imported, loopback included, and
names the line of yours that asked.

## Why is this bad?
Airflow parses every DAG file again and again, every 30 seconds if not told otherwise, in the DAG processor and in each
worker.
A slow or absent service makes all DAGs of the file late or gone.

## What to do
Move the call into a task.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts, Effect
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
import socket

from airflow.sdk import DAG

try:
    socket.create_connection(("127.0.0.1", 9), timeout=1)  # WT107
except OSError:
    pass

with DAG("eager", schedule=None):
    pass
"""
PASSING = """\
from airflow.sdk import DAG, task

with DAG("patient", schedule=None):

    @task
    def ask() -> None:
        import socket

        socket.create_connection(("127.0.0.1", 9), timeout=1)

    ask()
"""


@check("WT107", on=DagFileFacts, severity=Severity.WARNING, remedy="move the call into a task")
def network_at_import(file: DagFileFacts) -> Iterator[Complaint]:
    fatal = {failure.location for failure in file.failures if failure.needs}  # WT104 speaks of those
    for seen in file.effects:
        if seen.effect is Effect.NETWORK and seen.location not in fatal:
            yield Complaint(
                seen.location or Location(file.path), f"importing {file.path} reaches for the network: {seen.what}"
            )
