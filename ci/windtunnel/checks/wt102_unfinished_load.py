"""DAG file that ends, kills or hangs the process that loads it.

## What it does
Reports a DAG file whose import never came to its end: it ran into the limit of time (`--timeout`) or of memory
(`--max-memory`), left the process with `os._exit`, was killed, or crashed the interpreter.

## Why is this bad?
Airflow's DAG processor loses the file, and sometimes says nothing at all: with `os._exit(0)` even the exit status is
that of success. The DAGs of the file quietly disappear.

## What to do
Do no work at import. What takes time, or talks to other systems, belongs into a task.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts, End
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
import os  # WT102

from airflow.sdk import DAG

with DAG("nightly", schedule=None):
    os._exit(0)
"""
PASSING = """\
from airflow.sdk import DAG

with DAG("nightly", schedule=None):
    pass
"""


@check(
    "WT102",
    on=DagFileFacts,
    severity=Severity.ERROR,
    remedy="do no work at import: move it into a task; --timeout and --max-memory raise the limits",
)
def unfinished_load(file: DagFileFacts) -> Iterator[Complaint]:
    if file.process.end is End.COMPLETED:
        return
    stuck = next((failure for failure in file.failures if failure.location), None)
    where = f", at {stuck.location}" if stuck else ""
    location = stuck.location if stuck and stuck.location else Location(file.path)
    yield Complaint(location, f"loading {file.path} {file.process.detail}{where}", file.process.output[-2000:])
