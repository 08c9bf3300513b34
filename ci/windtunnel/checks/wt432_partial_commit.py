"""Rows that are there twice because a task commits piece by piece.

## What it does
Only where the context `retry` is asked for: kills each task that commits to a SQLite file more than once before its
second commit, and has it repeated. Reports a table in which the rows of the first commit are then there twice, though
a run that is not disturbed adds each of them once.

## Why is this bad?
What was committed stays when the worker dies. The attempt that follows begins anew, and adds it once more; a mark that
is only set at the end keeps finished runs from repeating, and not this one.

## What to do
Commit once, when all is written; or have each piece replace what an earlier attempt has left of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import by_whom, ended_well, is_record, label, writer_of
from windtunnel.facts import Content, Occasion, OutputFacts, ResumedFacts
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
        with closing(sqlite3.connect(f"{tempfile.gettempdir()}/totals.db")) as store:%s
            store.execute("create table if not exists totals (day text, total int)")
            store.execute("create table if not exists done (day text)")
            if store.execute("select 1 from done where day = ?", [ds]).fetchone():
                return
            for total in (7, 8):
                store.execute("insert into totals values (?, ?)", [ds, total])%s
            store.execute("insert into done values (?)", [ds])
            store.commit()

    add()


totals()
"""
_CONTEXTS = '[tool.windtunnel]\ncontexts = ["retry"]\n'
FAILING = {
    "pyproject.toml": _CONTEXTS,
    "dags/totals.py": _FILE % ("  # WT432", "\n                store.commit()"),
}
PASSING = {"pyproject.toml": _CONTEXTS, "dags/totals.py": _FILE % ("", "")}


@check(
    "WT432",
    on=ResumedFacts,
    severity=Severity.ERROR,
    remedy="commit once, when all is written, or let each piece replace what an earlier attempt has left of it",
)
def partial_commit(context: ResumedFacts) -> Iterator[Complaint]:
    once, again = context.visit(Occasion.DATED), context.visit(Occasion.RESUMED)
    if once is None or again is None or not ended_well(again):
        return
    known = {(output.path, output.table): output for output in once.outputs}
    for output in again.outputs:
        before = known.get((output.path, output.table))
        if before is not None and _is_in_part_twice(output, before):
            location, task_id, opened = writer_of(context, output.path)
            rows = f"{output.twice} {'row' if output.twice == 1 else 'rows'} of {before.added}"
            message = f"{by_whom(task_id)} adds {rows} to {label(output)} again when it was killed between two commits"
            yield Complaint(location, message, opened, task_id=task_id)


def _is_in_part_twice(output: OutputFacts, before: OutputFacts) -> bool:
    """Whether all is there that an undisturbed run adds, once, and some of it again; if all of it, WT332 says so."""
    if output.content is not Content.TABLE or is_record(output) or before.twice:
        return False
    return 0 < output.twice < before.added and output.added == before.added + output.twice
