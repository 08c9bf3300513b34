"""Task that cannot go on where it was killed.

## What it does
Only where the context `retry` is asked for: kills each task that writes at its first attempt, before its second file or
else when its work is done, and has it repeated. Reports tasks whose repetition fails.

## Why is this bad?
A worker that is lost, restarted or short of memory leaves a task half done. Airflow attempts it again; a task that
trips over its own first half never succeeds, however often it is tried.

## What to do
Let the task accept or replace what is there, or write under another name and rename when all is done.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import ended_well, failed_in, told
from windtunnel.facts import Occasion, ResumedFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily")
def totals():
    @task(retries=1)
    def save() -> None:
        import tempfile
        from pathlib import Path

        lock = Path(tempfile.gettempdir(), "totals.lock")
        %s%s
        Path(tempfile.gettempdir(), get_current_context()["ds"] + ".txt").write_text("7")
        lock.unlink()

    save()


totals()
"""
_CONTEXTS = '[tool.windtunnel]\ncontexts = ["retry"]\n'
FAILING = {"pyproject.toml": _CONTEXTS, "dags/example.py": _FILE % ('lock.open("x").close()', "  # WT335")}
PASSING = {"pyproject.toml": _CONTEXTS, "dags/example.py": _FILE % ('lock.open("w").close()', "")}


@check(
    "WT335",
    on=ResumedFacts,
    severity=Severity.WARNING,
    remedy="let the task accept or replace what it has left itself",
)
def unclean_retry(context: ResumedFacts) -> Iterator[Complaint]:
    # A run that cannot be cleared fails anyway: WT334 says so.
    if ended_well(context.visit(Occasion.DATED)) and ended_well(context.visit(Occasion.CLEARED)):
        for task in failed_in(context, context.visit(Occasion.RESUMED)):
            yield told(task, "fails when it is repeated after it was killed at work")
