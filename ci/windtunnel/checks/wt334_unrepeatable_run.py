"""Task that succeeds once and fails when it is repeated.

## What it does
Runs a DAG that writes for one date, clears that run and lets it run again, then runs it for another date. Reports tasks
that fail in the second of these runs only.

## Why is this bad?
Airflow repeats tasks: after a failure, after a lost worker, and whenever somebody clears a run. A task that trips over
what it has left itself has to be tidied up after by hand.

## What to do
Let the task accept or replace what is there: `mkdir(exist_ok=True)`, `create table if not exists`, a file that is
overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import ended_well, failed_in, told
from windtunnel.facts import Occasion, TwiceFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily")
def totals():
    @task
    def save() -> None:
        import tempfile
        from pathlib import Path

        folder = Path(tempfile.gettempdir(), get_current_context()["ds"])
        folder.mkdir(%s)%s
        (folder / "totals.txt").write_text("7")

    save()


totals()
"""
FAILING = _FILE % ("", "  # WT334")
PASSING = _FILE % ("exist_ok=True", "")


@check(
    "WT334",
    on=TwiceFacts,
    severity=Severity.WARNING,
    remedy="let the task accept or replace what it has left itself",
)
def unrepeatable_run(context: TwiceFacts) -> Iterator[Complaint]:
    dated = [visit for visit in context.visits if visit.occasion is Occasion.DATED]
    if len(dated) < 2 or not all(map(ended_well, dated)):
        return
    for task in failed_in(context, context.visit(Occasion.CLEARED)):
        yield told(task, "succeeds once, and fails when its run is cleared and runs again")
