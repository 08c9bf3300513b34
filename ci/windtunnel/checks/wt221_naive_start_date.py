"""Start date without a time zone, on a schedule to which it matters.

## What it does
Sees, while the DAG is made, whether its `start_date` has a time zone. Reports one that has none where the schedule is a
cron expression that names the hour.

## Why is this bad?
Airflow takes the time zone of a cron expression from the start date. Without one it is `[core] default_timezone` of
wherever the DAG is loaded: UTC unless it was set. "0 6 * * *" is then no promise of six o'clock where you are, and two
deployments can mean two moments by it.

## What to do
Say which: `pendulum.datetime(2025, 1, 1, tz="Europe/Berlin")`, or `tz="UTC"` where that is meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from datetime import datetime

from airflow.sdk import DAG

with DAG("breakfast", schedule="0 6 * * *", start_date=datetime(2025, 1, 1)):  # WT221
    pass
"""
PASSING = """\
import pendulum
from airflow.sdk import DAG

with DAG("breakfast", schedule="0 6 * * *", start_date=pendulum.datetime(2025, 1, 1, tz="Europe/Berlin")):
    pass
"""


@check("WT221", on=DagFacts, severity=Severity.NOTICE, remedy="give the start date a time zone")
def naive_start_date(dag: DagFacts) -> Iterator[Complaint]:
    schedule = dag.schedule
    if schedule.naive_start and any(len(cron.hours) < 24 for cron in schedule.crons):
        message = f"the start date of DAG {dag.dag_id!r} has no time zone"
        yield Complaint(dag.location, f"{message}: {schedule.summary!r} is in that of the deployment")
