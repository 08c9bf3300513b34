"""DAG file that prints very much while it is imported.

## What it does
Counts what a DAG file prints while it is imported. Reports more than a megabyte.

## Why is this bad?
The DAG processor reads the file twice a minute, and keeps a log of each time: a megabyte becomes three gigabytes a day.
What somebody looks for in that log is not found any more.

## What to do
Remove the printing, or log at a level that is off.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts, End
from windtunnel.findings import Complaint, Location, Severity

_MOST = 1_000_000  # bytes

FAILING = """\
from airflow.sdk import DAG  # WT122

for number in range(50_000):
    print("Now the table number", number, "is being looked at.")

with DAG("talkative", schedule=None):
    pass
"""
PASSING = """\
from airflow.sdk import DAG

print("Now all tables are being looked at.")

with DAG("laconic", schedule=None):
    pass
"""


@check("WT122", on=DagFileFacts, severity=Severity.WARNING, remedy="remove the printing")
def flood_at_import(file: DagFileFacts) -> Iterator[Complaint]:
    printed = file.process.printed
    if file.process.end is End.COMPLETED and printed > _MOST:
        message = f"importing {file.path} prints {printed / _MOST:.1f} MB"
        yield Complaint(Location(file.path), message, "\n".join(file.process.output.splitlines()[-3:]))
