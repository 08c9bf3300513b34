"""Output of one date under a name that is the same for all.

## What it does
Runs a DAG that a clock starts for a date, clears that run and lets it run again. Reports a file that both write whole,
whose text has the date of the run, and in whose path nothing tells dates apart. A notice, because it may be meant to
hold the latest. (Where several runs may be at work at one time, WT336 reports it.)

## Why is this bad?
Whoever runs an earlier date again, or fills in dates that were missed, puts old figures in the place of new ones, and
the name of the file does not say so.

## What to do
Put the date into the path (`{{ ds }}`). If the file is to hold the latest, let the task look at the date that is in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._meetings import is_result
from windtunnel.checks._visits import by_whom, ended_well, shown, writer_of
from windtunnel.facts import Occasion, TwiceFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily")
def totals():
    @task
    def save() -> None:
        import tempfile
        from pathlib import Path

        day = get_current_context()["ds"]
        Path(tempfile.gettempdir(), %s).write_text(f"{day}: 7")%s

    save()


totals()
"""
FAILING = _FILE % ('"totals.txt"', "  # WT345")
PASSING = _FILE % ('f"totals-{day}.txt"', "")


@check(
    "WT345",
    on=TwiceFacts,
    severity=Severity.NOTICE,
    remedy="put {{ ds }} into the path, or let the task look whether what is there is of a later date",
)
def output_of_one_date(context: TwiceFacts) -> Iterator[Complaint]:
    first, again = context.visit(Occasion.DATED), context.visit(Occasion.CLEARED)
    if first is None or again is None or not (ended_well(first) and ended_well(again)):
        return
    if not context.scheduled or context.plain.beside > 1:
        return
    read = {use.path for visit in (first, again) for use in visit.uses if not use.writes}
    for path in first.dated:
        if path in again.dated and path not in read and is_result(path):
            location, task_id, opened = writer_of(context, path)
            message = f"{by_whom(task_id)} writes the figures of {first.date} into {shown(path)}, whose name is"
            yield Complaint(location, f"{message} the same for all dates", opened, task_id=task_id)
