"""Task that reads what the run of another date has left.

## What it does
Runs a DAG that writes for one date, clears that run and lets it run again, then runs it for another date where a file
was kept. Reports a file that the first run has written and then read, and that the run of the other date reads without
writing it, although the first date stands in its text and the other does not. State that a run reads before it writes
it, logs, caches and databases by their names are left alone. A notice, because a file may be made once on purpose.

## Why is this bad?
The file was made for one date, under a name that is the same for all. Whoever finds it there takes it for his own, and
calculates with the figures of another day.

## What to do
Put the date into the name of the file (`{{ ds }}`), or write it anew in every run.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._meetings import is_result
from windtunnel.checks._visits import ended_well, shown
from windtunnel.facts import Occasion, TwiceFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
import tempfile
from pathlib import Path

from airflow.sdk import dag, get_current_context, task

FOLDER = Path(tempfile.gettempdir(), "totals")


@dag(schedule="@daily")
def totals():
    @task
    def fetch() -> str:
        day = get_current_context()["ds"]
        FOLDER.mkdir(exist_ok=True)
        file = FOLDER / %s
        if not file.exists():
            file.write_text(f"{day}: 3 4")
        return str(file)

    @task
    def add(file: str) -> None:
        day, numbers = Path(file).read_text().split(":")%s
        (FOLDER / f"{get_current_context()['ds']}.txt").write_text(str(sum(map(int, numbers.split()))))

    add(fetch())


totals()
"""
FAILING = _FILE % ('"numbers.txt"', "  # WT423")
PASSING = _FILE % ('f"numbers-{day}.txt"', "")


@check(
    "WT423",
    on=TwiceFacts,
    severity=Severity.NOTICE,
    remedy="put the date into the name of the file, {{ ds }}, or write it anew in every run",
)
def stale_read(context: TwiceFacts) -> Iterator[Complaint]:
    first = context.visit(Occasion.DATED)
    if first is None or not ended_well(first):
        return
    for visit in filter(ended_well, context.visits):
        for path in filter(is_result, visit.stale):
            use = next(use for use in visit.uses if use.path == path)
            message = f"task {use.task_id!r} reads {shown(path)} in the run of {visit.date} as the run of {first.date}"
            yield Complaint(use.location, f"{message} has left it", use.evidence, task_id=use.task_id)
