"""Schedule that has no run for want of a start date.

## What it does
Asks the DAG's own timetable for its first run, as the scheduler does. Reports a DAG without a start date, on itself
and on all of its tasks, whose timetable has no run now but would have one with a start date.

## Why is this bad?
The DAG looks scheduled. It never runs, and nothing says so. Airflow's own schedules do without a start date, but for
`@continuous` in Airflow 3.1, and for catchup, where Airflow itself refuses the DAG. A timetable of one's own
often wants one.

## What to do
Give the DAG a `start_date`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity

_TIMETABLE = """\
from datetime import timedelta

from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, Timetable


class Fortnightly(Timetable):
    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        if restriction.earliest is None:
            return None
        last = last_automated_data_interval
        return DagRunInfo.exact(last.end + timedelta(days=14) if last else restriction.earliest)

    def infer_manual_data_interval(self, *, run_after):
        return DagRunInfo.exact(run_after).data_interval


class Fortnights(AirflowPlugin):
    name = "fortnights"
    timetables = [Fortnightly]
"""
FAILING = {
    "plugins/fortnights.py": _TIMETABLE,
    "dags/wages.py": """\
from airflow.sdk import DAG
from fortnights import Fortnightly

with DAG("wages", schedule=Fortnightly()):  # WT220
    pass
""",
}
PASSING = {
    "plugins/fortnights.py": _TIMETABLE,
    "dags/wages.py": """\
from datetime import datetime, timezone

from airflow.sdk import DAG
from fortnights import Fortnightly

with DAG("wages", schedule=Fortnightly(), start_date=datetime(2025, 1, 3, tzinfo=timezone.utc)):
    pass
""",
}


@check("WT220", on=DagFacts, severity=Severity.ERROR, remedy="give the DAG a start_date, or set schedule=None")
def missing_start_date(dag: DagFacts) -> Iterator[Complaint]:
    if dag.schedule.wants_start:
        message = f"DAG {dag.dag_id!r} never runs: its schedule {dag.schedule.summary!r} has no run"
        yield Complaint(dag.location, f"{message} without a start date")
