"""Task that fails for some dates.

## What it does
Only where the context `dates` is asked for: runs a DAG that uses dates and runs by the clock for an ordinary date, then
for the last leap day, the last end of a long month and of a year, and the days on which the clocks of the DAG's time
zone change. Reports tasks that refuse one of these with an error of value.

## Why is this bad?
`date.replace(year=...)` fails on a leap day, `date.replace(month=...)` at the end of a month: the DAG works for months,
and then it does not.

## What to do
Calculate with whole periods: pendulum's `add(months=-1)`, `dateutil.relativedelta`, or the ends of the data interval.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import ended_well, failed_in, told
from windtunnel.facts import DatesFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from datetime import datetime, timezone

from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily", start_date=datetime(2020, 1, 1, tzinfo=timezone.utc))
def comparison():
    @task
    def a_year_before() -> str:
        day = get_current_context()["logical_date"]
        return %s.isoformat()%s

    a_year_before()


comparison()
"""
_CONTEXTS = '[tool.windtunnel]\ncontexts = ["dates"]\n'
FAILING = {"pyproject.toml": _CONTEXTS, "dags/example.py": _FILE % ("day.replace(year=day.year - 1)", "  # WT338")}
PASSING = {"pyproject.toml": _CONTEXTS, "dags/example.py": _FILE % ("day.add(years=-1)", "")}

_OF_VALUE = ("ValueError", "OverflowError", "ParserError", "NonExistingTimeError", "AmbiguousTimeError")


@check(
    "WT338",
    on=DatesFacts,
    severity=Severity.WARNING,
    remedy="calculate with whole periods (pendulum's add, relativedelta), not by replacing parts of a date",
)
def failing_date(context: DatesFacts) -> Iterator[Complaint]:
    if not context.visits or not ended_well(context.visits[0]):
        return
    dates: dict[tuple[str, str], list[str]] = {}
    complaints: dict[tuple[str, str], Complaint] = {}
    for visit in context.visits[1:]:
        for task in failed_in(context, visit):
            if task.failure and task.failure.type in _OF_VALUE:
                key = (task.task_id, task.failure.summary)
                dates.setdefault(key, []).append(visit.date)
                complaints[key] = told(task, f"fails in the run of {', '.join(dates[key])}")
    yield from complaints.values()
