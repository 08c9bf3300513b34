"""Output that has the date of the clock where its run has another.

## What it does
Runs a DAG that a clock starts for a date of the past. Reports a file that this run writes whole, and that speaks, in
its name or else in its text, of today or yesterday and of no other date, although it is of another. A date with a time
of day behind it only says when something was made; that is left alone, and so are logs. A notice, because it may be
meant.

## Why is this bad?
A run that is cleared, retried after midnight or filled in later writes under the wrong date, or asks for the wrong day:
`date.today() - timedelta(days=1)` is the day before the run's only as long as the run is in time.

## What to do
Take the date from the run: `{{ ds }}`, `logical_date`, `data_interval_start`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._meetings import is_result
from windtunnel.checks._visits import by_whom, ended_well, shown, writer_of
from windtunnel.facts import Occasion, TwiceFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from datetime import date, timedelta

from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily")
def totals():
    @task
    def save() -> None:
        import tempfile
        from pathlib import Path

        day = %s
        Path(tempfile.gettempdir(), f"totals-{day}.txt").write_text("7")%s

    save()


totals()
"""
FAILING = _FILE % ("date.today() - timedelta(days=1)", "  # WT346")
PASSING = _FILE % ('get_current_context()["ds"]', "")


@check(
    "WT346",
    on=TwiceFacts,
    severity=Severity.NOTICE,
    remedy="take the date from the run: {{ ds }}, logical_date or data_interval_start, not from the clock",
)
def output_of_the_clock(context: TwiceFacts) -> Iterator[Complaint]:
    visit = context.visit(Occasion.DATED)
    if visit is None or not ended_well(visit) or not context.scheduled:
        return
    for path, day in visit.clocked:
        if is_result(path):
            location, task_id, opened = writer_of(context, path)
            message = f"{by_whom(task_id)} writes {shown(path)}, which speaks of {day}, in the run of {visit.date}"
            yield Complaint(location, f"{message}: it asks the clock", opened, task_id=task_id)
