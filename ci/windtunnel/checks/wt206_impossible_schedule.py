"""Schedule on which no run can ever start.

## What it does
Asks the DAG's own timetable for its next runs. Reports a timetable that cannot tell (a cron expression for the 30th of
February) and an end date before the start date.

## Why is this bad?
The DAG looks scheduled. It never runs, and nothing says so.

## What to do
Mend the cron expression or the dates. A DAG that is only started by hand has `schedule=None`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from datetime import datetime

from airflow.sdk import DAG

with DAG("leap", schedule="0 0 30 2 *", start_date=datetime(2025, 1, 1)):  # WT206
    pass
"""
PASSING = """\
from datetime import datetime

from airflow.sdk import DAG

with DAG("monthly", schedule="0 0 28 2 *", start_date=datetime(2025, 1, 1)):
    pass
"""


@check(
    "WT206", on=DagFacts, severity=Severity.ERROR, remedy="mend the cron expression or the dates, or set schedule=None"
)
def impossible_schedule(dag: DagFacts) -> Iterator[Complaint]:
    schedule = dag.schedule
    if dag.unserializable:
        return
    if schedule.failure:
        yield Complaint(dag.location, f"Airflow cannot tell when DAG {dag.dag_id!r} runs: {schedule.failure}")
    elif schedule.start and schedule.end and schedule.end < schedule.start:
        yield Complaint(dag.location, f"DAG {dag.dag_id!r} ends ({schedule.end}) before it starts ({schedule.start})")
