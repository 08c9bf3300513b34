"""Schedule at an hour that the clocks skip and repeat.

## What it does
Takes the days of the next two years on which the clocks change in the schedule's time zone, and asks the DAG's own
timetable which runs it has then. Reports the times of the cron expression that the clocks skip or show twice, and runs
that are lost. A schedule that fires in every hour is left out: it keeps its rhythm.

## Why is this bad?
The clocks skip 02:30 once a year: Airflow starts the run an hour later, and where there is a run already at that time,
one of the two is lost. They show 02:30 twice once a year: Airflow runs at the second. The logical date, the data
interval and `ds` of such a run are not those of any other day.

## What to do
Choose an hour that every day has once, or a schedule in UTC. Where a late run does no harm, allow it on the line.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import ClockChange, DagFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import pendulum
from airflow.sdk import DAG

with DAG("nightly", schedule="30 2 * * *", start_date=pendulum.datetime(2025, 1, 1, tz="Europe/Berlin")):  # WT222
    pass
"""
PASSING = """\
import pendulum
from airflow.sdk import DAG

with DAG("nightly", schedule="30 3 * * *", start_date=pendulum.datetime(2025, 1, 1, tz="Europe/Berlin")):
    pass
"""


@check("WT222", on=DagFacts, severity=Severity.NOTICE, remedy="choose an hour that every day has once, or UTC")
def skipped_hour(dag: DagFacts) -> Iterator[Complaint]:
    changes = dag.schedule.clock_changes
    if changes:
        lost = sum(1 for change in changes if not change.runs)
        first = _told(changes[0])
        more = f" (and {len(changes) - 1} more in two years{f', {lost} lost' if lost else ''})" if changes[1:] else ""
        schedule = f"{dag.schedule.summary!r} of DAG {dag.dag_id!r} meets the change of clocks in {changes[0].zone}"
        yield Complaint(dag.location, f"{schedule}: {first}{more}", "\n".join(map(_told, changes)))


def _told(change: ClockChange) -> str:
    exists = {0: "does not exist", 1: "exists", 2: "comes twice"}[change.times]
    runs = " and ".join(run[11:16] + run[19:] for run in change.runs)
    return f"{change.wall} {exists}, " + (f"the run starts at {runs}" if runs else "and there is no run for it")
