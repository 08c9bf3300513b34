"""Task that selects by a data interval which is empty in every run.

## What it does
Flags tasks that name both `data_interval_start` and `data_interval_end`, in their templates or in the text of their
function, in a DAG whose schedule gives each run an interval of no length. Since Airflow 3 a cron string and a timedelta
do so: `schedule="@daily"` is a point in time. If your deployment has switched `[scheduler] create_cron_data_intervals`
or `create_delta_data_intervals` on, tell windtunnel by the environment variable that Airflow reads:
`AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS=True`. A function that compares the two, that sets one of them, or that
only prints them is left alone.

## Why is this bad?
`WHERE at >= start AND at < end` selects nothing when start and end are the same. The task is green, its output empty.

## What to do
Use `CronDataIntervalTimetable` or `DeltaDataIntervalTimetable`, whose runs cover what lies between two points in time;
or compute the start from the end, `data_interval_end - timedelta(days=1)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity

_DAG = """\
from datetime import datetime

from airflow.sdk import dag, task
from airflow.timetables.interval import CronDataIntervalTimetable


@dag(schedule={schedule}, start_date=datetime(2026, 1, 1), catchup=False)
def orders():
    @task{mark}
    def select(data_interval_start=None, data_interval_end=None) -> str:
        return f"SELECT * FROM orders WHERE at >= '{{data_interval_start}}' AND at < '{{data_interval_end}}'"

    select()


orders()
"""
FAILING = _DAG.format(schedule='"0 6 * * *"', mark="  # WT231")
PASSING = _DAG.format(schedule='CronDataIntervalTimetable("0 6 * * *", timezone="UTC")', mark="")


@check(
    "WT231",
    on=DagFacts,
    severity=Severity.WARNING,
    remedy="use CronDataIntervalTimetable or DeltaDataIntervalTimetable, or compute the start from the end",
)
def empty_data_interval(dag: DagFacts) -> Iterator[Complaint]:
    if not dag.schedule.instant:
        return
    for task in dag.tasks:
        if task.spans:
            message = (
                f"task {task.task_id!r} goes from data_interval_start to data_interval_end, which are the same in "
                f"every run: the schedule {dag.schedule.summary!r} is of points in time"
            )
            yield Complaint(task.location, message, task_id=task.task_id)
