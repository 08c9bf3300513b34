"""Rows that are written to a database and never committed.

## What it does
Follows the connections to SQLite files that lines of the user's open, by `sqlite3`, pandas or SQLAlchemy. Reports a
task that succeeds and has written rows that nobody else will ever see: it closes or drops the connection, or ends with
it open, and the transaction is not committed. Code that catches exceptions there, that speaks of rollback, or that
commits on some of its ways only is taken to mean it; so is who asks for the rows again by the same connection, and a
database in memory, or one that is gone by then.

## Why is this bad?
Whoever closes a transaction without a commit undoes it. The task has seen its own rows and is green; the table is as it
was before.

## What to do
Commit before the connection is given up: `connection.commit()`, `with connection:` around the writes, or SQLAlchemy's
`engine.begin()` in the place of `engine.connect()`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import shown
from windtunnel.facts import UncommittedFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def totals():
    @task
    def add() -> None:
        import sqlite3
        import tempfile

        store = sqlite3.connect(f"{tempfile.gettempdir()}/totals.db")
        store.execute("create table if not exists totals (total int)")
        store.execute("insert into totals values (7)")%s
        store.close()%s

    add()


totals()
"""
FAILING = _FILE % ("", "  # WT430")
PASSING = _FILE % ("\n        store.commit()", "")


@check(
    "WT430",
    on=UncommittedFacts,
    severity=Severity.ERROR,
    remedy="commit before the connection is given up: connection.commit(), or engine.begin() of SQLAlchemy",
)
def uncommitted_rows(lost: UncommittedFacts) -> Iterator[Complaint]:
    rows = f"{lost.rows} {'row' if lost.rows == 1 else 'rows'} to" if lost.rows else "changes to"
    message = f"task {lost.task!r} writes {rows} table {lost.table!r} of {shown(lost.path)}, and {lost.how}"
    evidence = f"by what stands at {lost.inner}" if lost.inner else ""
    yield Complaint(lost.location, f"{message} without a commit: they are lost", evidence, task_id=lost.task_id)
