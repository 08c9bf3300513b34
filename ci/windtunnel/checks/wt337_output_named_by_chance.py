"""Output that the clock or chance names, and not the run.

## What it does
Runs a DAG that writes for one date, clears that run and lets it run again. Reports files of which the second run leaves
another one beside the first, and files of a DAG that runs by the clock which are named by today's date in a run of
another date. What by its name is a log may do so.

## Why is this bad?
When the run is repeated, its earlier output stays beside the new one, and who reads the folder counts both. A run that
is repeated on another day, or in a backfill, puts its output under a date that is not its own.

## What to do
Name the file after the run: `{{ ds }}`, `{{ run_id }}`, `{{ data_interval_start }}`, and not `now()` or `uuid4()`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import by_whom, ended_well, is_record, label, writer_of
from windtunnel.facts import Occasion, OutputFacts, TwiceFacts, VisitFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily")
def totals():
    @task
    def save() -> None:
        import tempfile
        from datetime import datetime, timezone
        from pathlib import Path

        day = %s
        Path(tempfile.gettempdir(), f"totals-{day:%%Y-%%m-%%d}.txt").write_text("7")%s

    save()


totals()
"""
FAILING = _FILE % ("datetime.now(timezone.utc)", "  # WT337")
PASSING = _FILE % ('get_current_context()["logical_date"]', "")

_OF_CHANCE = re.compile(r"(^|/)tmp[a-z0-9_]{8}[^/]*(/|$)")  # tempfile's: what is left there nobody looks for
_VARIES = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{8,}|\d+")


@check(
    "WT337",
    on=TwiceFacts,
    severity=Severity.NOTICE,
    remedy="name the file after the run: ds, run_id or data_interval_start, not now() or a random id",
)
def output_named_by_chance(context: TwiceFacts) -> Iterator[Complaint]:
    first, again = context.visit(Occasion.DATED), context.visit(Occasion.CLEARED)
    if first is None or again is None or not (ended_well(first) and ended_well(again)):
        return
    told: set[str] = set()
    for output, reason in (*_beside(first, again), *_of_today(context, first)):
        if _shape(output.path) not in told and not is_record(output) and not _OF_CHANCE.search(output.path):
            told.add(_shape(output.path))
            location, task_id, opened = writer_of(context, output.path)
            message = f"{by_whom(task_id)} writes {label(output)} {reason}"
            yield Complaint(location, message, opened, task_id=task_id)


def _beside(first: VisitFacts, again: VisitFacts) -> Iterator[tuple[OutputFacts, str]]:
    shapes = {_shape(output.path) for output in first.outputs if output.new}
    for output in again.outputs:
        if output.new and not output.table and _shape(output.path) in shapes:
            yield output, "when its run is cleared and runs again, beside what it wrote the first time"


def _of_today(context: TwiceFacts, first: VisitFacts) -> Iterator[tuple[OutputFacts, str]]:
    if not context.scheduled or any(context.today in mark for mark in first.marks):
        return
    forms = (context.today, *(context.today.replace("-", other) for other in ("", "/", "_")))
    for output in first.outputs:
        if output.new and any(form in output.path for form in forms):
            yield output, f"in the run of {first.date}: the name is that of the day on which it happens to run"


def _shape(path: str) -> str:
    return _VARIES.sub("#", path)
