"""Rows that are there twice when a task is repeated.

## What it does
Runs a DAG that writes for one date, clears that run and lets it run again. Reports a table of an SQLite file, or a file
of records (csv, tsv, json, jsonl), that then holds the rows of the date twice. With the context `retry` it also kills
each task at work and has it repeated. What by its name is a log or a history may grow.

## Why is this bad?
Airflow repeats tasks: after a failure, after a lost worker, and whenever somebody clears a run. Every repetition adds
the same rows once more, and all sums behind them are wrong.

## What to do
Have a run replace what belongs to its date: delete and insert in one transaction, `INSERT OR REPLACE` by a key, or a
file for each date that is written whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from windtunnel.checks import check
from windtunnel.checks._visits import by_whom, ended_well, is_record, label, writer_of
from windtunnel.facts import Content, Occasion, OutputFacts, RepeatedFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily")
def totals():
    @task
    def add() -> None:
        import sqlite3
        import tempfile
        from contextlib import closing

        ds = get_current_context()["ds"]
        with closing(sqlite3.connect(f"{tempfile.gettempdir()}/totals.db")) as store, store:%s
            store.execute("create table if not exists totals (day text, total int)")
            %sstore.execute("insert into totals values (?, 7)", [ds])

    add()


totals()
"""
FAILING = _FILE % ("  # WT332", "")
PASSING = _FILE % ("", 'store.execute("delete from totals where day = ?", [ds])\n            ')


@check(
    "WT332",
    on=RepeatedFacts,
    severity=Severity.ERROR,
    remedy="let the task replace the rows of its date: delete and insert in one transaction, or write a file per date",
)
def doubled_rows(context: RepeatedFacts) -> Iterator[Complaint]:
    for output, occasion in (*_by_clearing(context), *_by_retrying(context)):
        location, task_id, opened = writer_of(context, output.path)
        rows = f"{output.added} {'row' if output.added == 1 else 'rows'}"
        after = "is cleared and runs again" if occasion is Occasion.CLEARED else "is repeated after it was killed"
        message = f"{by_whom(task_id)} adds the same {rows} to {label(output)} again when it {after}"
        yield Complaint(location, message, opened, task_id=task_id)


def _by_clearing(context: RepeatedFacts) -> Iterator[tuple[OutputFacts, Occasion]]:
    visit = context.visit(Occasion.CLEARED)
    for output in visit.outputs if visit is not None and ended_well(visit) else ():
        if output.added and not output.removed and output.repeated == output.added and _counts(output):
            yield output, Occasion.CLEARED


def _by_retrying(context: RepeatedFacts) -> Iterator[tuple[OutputFacts, Occasion]]:
    """What a run that was not disturbed added once is added twice by the one that was."""
    once, twice = context.visit(Occasion.DATED), context.visit(Occasion.RESUMED)
    if once is None or twice is None or not ended_well(twice):
        return
    said = {(output.path, output.table) for output, _ in _by_clearing(context)}
    known = {(output.path, output.table): output for output in once.outputs}
    for output in twice.outputs:
        path = output.path
        for mine, others in zip(twice.marks, once.marks, strict=False):
            path = path.replace(mine, others)
        before = known.get((path, output.table))
        if before is not None and _is_double(output, before) and _counts(output) and (path, output.table) not in said:
            yield replace(output, added=before.added), Occasion.RESUMED


def _is_double(output: OutputFacts, before: OutputFacts) -> bool:
    return bool(before.added) and not before.even and output.even and output.added == 2 * before.added


def _counts(output: OutputFacts) -> bool:
    return output.content in (Content.TABLE, Content.RECORDS) and not is_record(output)
