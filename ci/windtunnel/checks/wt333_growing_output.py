"""Output that grows whenever a task is repeated.

## What it does
Runs a DAG that writes for one date, clears that run and lets it run again. Reports a table of an SQLite file, or a
file, that then holds what it held and the same once more: rows that differ in a time or an id of their own only, or
lines of a text. (WT332 reports rows that are the same word for word.) What by its name is a log or a history may grow.

## Why is this bad?
Airflow repeats tasks: after a failure, after a lost worker, and whenever somebody clears a run. Who reads the output
gets the same thing several times.

## What to do
Have a run replace what belongs to its date, or give each date a file that is written whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import by_whom, ended_well, is_record, label, writer_of
from windtunnel.facts import Content, Occasion, OutputFacts, TwiceFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily")
def totals():
    @task
    def add() -> None:
        import tempfile
        from pathlib import Path

        day = get_current_context()["ds"]
        with Path(tempfile.gettempdir(), %s).open(%s) as file:%s
            file.write(f"{day}: 7\\n")

    add()


totals()
"""
FAILING = _FILE % ('"totals.txt"', '"a"', "  # WT333")
PASSING = _FILE % ('f"totals-{day}.txt"', '"w"', "")


@check(
    "WT333",
    on=TwiceFacts,
    severity=Severity.WARNING,
    remedy="let the task replace what belongs to its date, or write a file per date",
)
def growing_output(context: TwiceFacts) -> Iterator[Complaint]:
    visit = context.visit(Occasion.CLEARED)
    for output in visit.outputs if visit is not None and ended_well(visit) else ():
        if _grows(output) and not is_record(output):
            location, task_id, opened = writer_of(context, output.path)
            message = f"{by_whom(task_id)} adds to {label(output)} again what it has added before when it is cleared"
            yield Complaint(location, message, opened, task_id=task_id)


def _grows(output: OutputFacts) -> bool:
    if output.removed or not output.added:
        return False
    if output.content is Content.LINES:
        return output.repeated == output.added
    return output.repeated < output.added == output.alike
