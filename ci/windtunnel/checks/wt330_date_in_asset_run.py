"""Task that uses the logical date of a run that assets trigger.

## What it does
Runs each DAG whose schedule is made of assets as Airflow does when they have been updated, and reports tasks that fail
because there is no date, or that name a file `None`.

## Why is this bad?
Such a run has no logical date and no data interval: `{{ ds }}`, `{{ logical_date }}` and `{{ data_interval_start }}`
are not defined, and an argument `ds=None` stays `None`. `dag.test()`, and a click on "Trigger" that leaves the proposed
date as it is, have a date, so nobody sees it before the first update.

## What to do
Use what such a run has: `{{ run_id }}`, `{{ dag_run.run_after }}`, or what came with `triggering_asset_events`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import undated_faults
from windtunnel.facts import Occasion, UndatedFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import Asset, dag, get_current_context, task

orders = Asset("orders")


@dag(schedule=None)
def producer():
    @task(outlets=[orders])
    def collect() -> None:
        pass

    collect()


@dag(schedule=[orders])
def report():
    @task
    def summarize() -> str:
        context = get_current_context()
        return %s

    summarize()


producer()
report()
"""
FAILING = _FILE % 'context["ds"]  # WT330'
PASSING = _FILE % 'context.get("ds") or context["run_id"]'


@check(
    "WT330",
    on=UndatedFacts,
    severity=Severity.ERROR,
    remedy="use run_id, dag_run.run_after or triggering_asset_events in its place",
)
def date_in_asset_run(context: UndatedFacts) -> Iterator[Complaint]:
    yield from undated_faults(context, Occasion.BY_ASSET)
