"""Saver whose path is the same for every run, where several runs are at work at one time.

## What it does
Looks for the run in the path of each saver: its run_id, or its date. Reports a path with neither, where the DAG
catches up with more than one run at a time (`max_active_runs`, 16 if nobody says otherwise).

## Why is this bad?
The runs of different dates write one file at once. What is left is that of the run which happened to end last, or a
mixture; and every other run has read what was not its own.

## What to do
Put the run into the path (`{{ ds }}`, `{{ run_id }}`), or let one run at a time be active: `max_active_runs=1`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import RunFacts, SaveState
from windtunnel.findings import Complaint, Severity

_DAG = """\
from datetime import datetime, timedelta, timezone

from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily", start_date=datetime.now(timezone.utc) - timedelta(days=3), catchup=True)
def totals():
    @task
    def save() -> None:
        import tempfile
        from pathlib import Path

        from hamilton import driver

        from modules import totals

        path = %s
        driver.Builder().with_modules(totals).build().execute(["saved_totals"], inputs={"path": str(path)})

    save()


totals()
"""
_MODULE = """\
from hamilton.function_modifiers import save_to, source


@save_to.json(path=source("path"), output_name_="saved_totals")%s
def totals() -> dict:
    return {"n": 1}
"""
FAILING = {
    "dags/totals.py": _DAG % 'Path(tempfile.gettempdir()).parent / "totals.json"',
    "modules/totals.py": _MODULE % "  # WT406",
}
PASSING = {
    "dags/totals.py": _DAG % "Path(tempfile.gettempdir()).parent / f\"{get_current_context()['run_id']}.json\"",
    "modules/totals.py": _MODULE % "",
}


@check(
    "WT406",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="put {{ ds }} or {{ run_id }} into the path, or set max_active_runs=1",
)
def undated_save(run: RunFacts) -> Iterator[Complaint]:
    if run.beside < 2 or not run.marks:
        return
    for save in run.saves:
        is_file = save.state is SaveState.WHOLE and save.path and not save.table  # a table is there for all runs
        if is_file and not any(mark in save.path for mark in run.marks):
            message = f"saver {save.node!r} of task {save.task_id!r} writes {save.path} in every run"
            crowd = f"catchup may have {run.beside} of them at work at one time"
            yield Complaint(save.location, f"{message}, and {crowd}", task_id=save.task_id)
