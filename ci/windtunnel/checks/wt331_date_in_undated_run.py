"""Task that uses the logical date of a run that has none.

## What it does
Runs each DAG that only people and programs start (`schedule=None`) as the API does where nobody gives a logical date,
and reports tasks that fail because there is none, or that name a file `None`.

## Why is this bad?
Since Airflow 3 a run may have no date: `POST /dagRuns` with `"logical_date": null`. Then `{{ ds }}`, `{{ logical_date
}}` and `{{ data_interval_start }}` are not defined. The web page proposes a date, so it works there, and fails for the
first program that starts the DAG.

## What to do
Take the day from a param, or from `{{ dag_run.run_after }}`, which every run has.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import undated_faults
from windtunnel.facts import Occasion, UndatedFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag


@dag(schedule=None)
def report():
    BashOperator(task_id="print_day", bash_command="echo %s")%s


report()
"""
FAILING = _FILE % ("{{ ds }}", "  # WT331")
PASSING = _FILE % ("{{ dag_run.run_after }}", "")


@check(
    "WT331",
    on=UndatedFacts,
    severity=Severity.WARNING,
    remedy="take the day from a param or from dag_run.run_after, or start the DAG with a logical date only",
)
def date_in_undated_run(context: UndatedFacts) -> Iterator[Complaint]:
    yield from undated_faults(context, Occasion.BY_API)
