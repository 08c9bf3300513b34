"""Catchup that would create many runs at once.

## What it does
Counts the runs that the timetable has between the start date and now, where `catchup` is on. Reports more than
`max_catchup` (100).

## Why is this bad?
The moment the DAG is switched on, Airflow creates all of them.

## What to do
Set `catchup=False`, move the start date, or raise `max_catchup` where the history is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import MOST_DUE, DagFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings

FAILING = """\
from datetime import datetime

from airflow.sdk import DAG

with DAG("history", schedule="@daily", start_date=datetime(2020, 1, 1), catchup=True):  # WT207
    pass
"""
PASSING = """\
from datetime import datetime

from airflow.sdk import DAG

with DAG("history", schedule="@daily", start_date=datetime(2020, 1, 1), catchup=False):
    pass
"""


@check(
    "WT207",
    on=DagFacts,
    severity=Severity.WARNING,
    remedy="set catchup=False, move the start date, or raise max_catchup",
)
def large_catchup(dag: DagFacts, settings: Settings) -> Iterator[Complaint]:
    due = dag.schedule.due
    budget = settings.budget("max_catchup", dag.dag_id, dag.tags, dag.location.path)
    if due > budget.value:
        number = f"{due} or more" if due == MOST_DUE else str(due)
        since = f"one for each {dag.schedule.summary!r} since {dag.schedule.start}"
        message = f"switching DAG {dag.dag_id!r} on creates {number} runs at once, {since}"
        yield Complaint(dag.location, f"{message}; more than {budget.value}{budget.origin}")
