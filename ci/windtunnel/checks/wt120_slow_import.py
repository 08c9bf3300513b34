"""DAG file that takes long to import.

## What it does
Times the import of each DAG file. What windtunnel had imported before counts with the time that it took. A file over
`max-import-seconds` is imported once more, with nothing loaded but Airflow, and reported if it is over it again, with
the lines that took the time. Waiting for a processor that others use does not count, where the system tells it.

## Why is this bad?
Airflow imports the file twice a minute, and again for each task. Changes arrive late, the tasks of all DAGs start late,
and above `dagbag_import_timeout` (30 seconds) the DAGs of the file are gone.

## What to do
Import what is heavy inside the task that needs it. Read, ask and compute nothing at the top of the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import LineTimeFacts, SlowImportFacts
from windtunnel.findings import Complaint, Location, Severity
from windtunnel.settings import Settings

FAILING = """\
import time

from airflow.sdk import dag, task

time.sleep(2.2)  # WT120


@dag(schedule=None)
def report():
    @task
    def write() -> None:
        print("written")

    write()


report()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def report():
    @task
    def write() -> None:
        import time

        time.sleep(2.2)

    write()


report()
"""
_SHOWN = 60  # characters of a line


@check(
    "WT120",
    on=SlowImportFacts,
    severity=Severity.WARNING,
    remedy="import it inside the task that needs it, and read or compute nothing at the top of the file",
)
def slow_import(facts: SlowImportFacts, settings: Settings) -> Iterator[Complaint]:
    if facts.seconds <= settings.max_import_seconds:
        return
    message = f"importing {facts.path} takes {facts.seconds:.1f} s, over {settings.max_import_seconds:g} s"
    culprit = _culprit(facts)
    if culprit is None:
        yield Complaint(Location(facts.path), message)
        return
    text = culprit.text if len(culprit.text) <= _SHOWN else culprit.text[:_SHOWN] + "…"
    where = f"line {culprit.location.line}" if culprit.location.path == facts.path else f"{culprit.location}"
    yield Complaint(culprit.location, f"{message}: {culprit.seconds:.1f} s of it in `{text}` ({where})", _table(facts))


def _culprit(facts: SlowImportFacts) -> LineTimeFacts | None:
    """The innermost line that holds half of the time; where there is none, the line that holds most."""
    heavy = [line for line in facts.lines if line.seconds >= facts.seconds / 2]
    if heavy:
        return max(heavy, key=lambda line: (line.depth, line.seconds))
    return max(facts.lines, key=lambda line: line.seconds, default=None)


def _table(facts: SlowImportFacts) -> str:
    return "\n".join(
        f"{line.seconds:6.2f} s {line.seconds / facts.seconds:4.0%}  {line.location}  {line.text}"
        + (f"  [{line.package}]" if line.package else "")
        for line in facts.lines
    )
