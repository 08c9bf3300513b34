"""Task that reads what another one writes, and does not wait for it.

## What it does
Follows which files the tasks of a run write and read. Reports a task that has read a file which another task has
written anew in this run, or that failed because it was not there yet, where neither of the two waits for the other.
Left alone are logs, locks, caches and databases by their names, tasks that hold a lock, and a file that both come to by
one function: whoever is the first makes it.

## Why is this bad?
If the run went well, it did so by chance. When the writer is late, its reader fails, reads half a file, or takes what
an earlier run has left for today's.

## What to do
Let the reader wait for the writer: `writer >> reader`, or hand the path over as the writer's result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from windtunnel.checks import check
from windtunnel.checks._meetings import Order, by_path, names
from windtunnel.checks._visits import shown
from windtunnel.facts import FileUseFacts, RunFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
import tempfile
from pathlib import Path

from airflow.sdk import dag, task

FOLDER = Path(tempfile.gettempdir(), "totals")


@dag(schedule=None, max_active_tasks=1)
def totals():
    @task(weight_rule="absolute", priority_weight=9)
    def collect() -> None:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / "numbers.txt").write_text("3 4")

    @task(weight_rule="absolute")
    def add() -> int:
        return sum(map(int, (FOLDER / "numbers.txt").read_text().split()))%s

    %s


totals()
"""
FAILING = _FILE % ("  # WT422", "collect()\n    add()")
PASSING = _FILE % ("", "collect() >> add()")
_NEVER_APPENDED = (".parquet", ".feather", ".xlsx")


@check(
    "WT422",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="let the reader wait for the writer: writer >> reader, or hand the path over as the writer's result",
)
def unordered_read(run: RunFacts) -> Iterator[Complaint]:
    order, told = Order(run), set[tuple[str, str]]()
    waiting = {task.task_id for task in run.tasks if task.waits}
    for path, uses in by_path(run).items():
        for writer, reader in _handed(uses, order):
            if (path, reader.task_id) not in told and reader.task_id not in waiting:
                told.add((path, reader.task_id))
                message = f"task {reader.label!r} reads {shown(path)}, which task {writer.label!r} has written"
                message += ", and does not wait for it"
                yield Complaint(reader.location, message, reader.evidence, task_id=reader.task_id)
    yield from _too_early(run, order)


def _too_early(run: RunFacts, order: Order) -> Iterator[Complaint]:
    """Tasks that failed for want of a file which another has written, be it later."""
    for task in run.tasks:
        failure = task.failure
        if task.state != "failed" or failure is None or failure.type != "FileNotFoundError":
            continue
        for use in run.uses:
            if use.writes and use.left and names(failure.message, use) and order.is_apart(use, task.task_id):
                message = f"task {task.label!r} does not find {shown(use.path)}, which task {use.label!r} writes"
                where = failure.location or task.location
                yield Complaint(where, f"{message}: it does not wait for it", failure.traceback, task_id=task.task_id)
                break


def _handed(uses: Sequence[FileUseFacts], order: Order) -> Iterator[tuple[FileUseFacts, FileUseFacts]]:
    """(writer, reader) where the reader writes not, and waits for nobody who does; uses are in order of time."""
    writers = [use for use in uses if use.writes]
    who_write = {use.task_id for use in writers}
    for reader in (use for use in uses if not use.writes and use.task_id not in who_write and not use.locked):
        before = [use for use in writers if use.at < reader.at]
        if any(order.waits(reader, use) for use in writers) or not all(map(_is_whole, writers)):
            continue
        for writer in before:
            if order.is_free(writer, reader) and not (writer.locked or set(writer.through) & set(reader.through)):
                yield writer, reader
                break


def _is_whole(use: FileUseFacts) -> bool:
    return use.replaces or use.path.endswith(_NEVER_APPENDED)
