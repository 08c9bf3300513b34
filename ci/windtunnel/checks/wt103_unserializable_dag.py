"""DAG that Airflow cannot store.

## What it does
Serializes every DAG as the DAG processor does, reads it back, and reports those for which either fails.

## Why is this bad?
The scheduler only knows serialized DAGs. One that does not serialize loads without an import error on your machine and
never appears in production.

## What to do
Register a timetable or priority strategy of your own in a plugin, in `plugins/`. Give operators and params plain
values: strings, numbers, lists, dicts, dates.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import DAG
from airflow.timetables.interval import CronDataIntervalTimetable


class Fridays(CronDataIntervalTimetable):
    pass


with DAG("weekly", schedule=Fridays("0 6 * * 5", timezone="UTC")):  # WT103
    pass
"""
PASSING = """\
from airflow.sdk import DAG
from airflow.timetables.interval import CronDataIntervalTimetable

with DAG("weekly", schedule=CronDataIntervalTimetable("0 6 * * 5", timezone="UTC")):
    pass
"""


@check(
    "WT103",
    on=DagFacts,
    severity=Severity.ERROR,
    remedy="register timetables and priority strategies of your own in plugins/; give all else plain values",
)
def unserializable_dag(dag: DagFacts) -> Iterator[Complaint]:
    if dag.unserializable:
        yield Complaint(dag.location, f"Airflow cannot store DAG {dag.dag_id!r}: {dag.unserializable}")
