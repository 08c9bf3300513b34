"""Two tasks, or two instances of a mapped one, that replace the same file.

## What it does
Follows which files the tasks of a run write. Reports a file that one task instance has written whole and another has
then replaced by something else, where neither waits for the other. Left alone are files that a task has read before it
writes them, logs, locks and databases by their names, and folders that no other worker has.

## Why is this bad?
What is left is that of the instance which happens to be the last. The other's is lost, and both are green.

## What to do
Put the task or the map index into the path, and let one task behind them all put the parts together.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._meetings import Order, by_path, replaced
from windtunnel.checks._visits import shown
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def totals():
    @task(max_active_tis_per_dagrun=1)
    def save(region: str) -> None:
        import tempfile
        from pathlib import Path

        folder = Path(tempfile.gettempdir(), "totals")
        folder.mkdir(exist_ok=True)
        (folder / %s).write_text(f"{region}: 7")%s

    save.expand(region=["north", "south"])


totals()
"""
FAILING = _FILE % ('"totals.txt"', "  # WT418")
PASSING = _FILE % ('f"{region}.txt"', "")


@check(
    "WT418",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="put the task or the map index into the path, and put the parts together in a task behind them",
)
def colliding_tasks(run: RunFacts) -> Iterator[Complaint]:
    order, told = Order(run), set[tuple[str, str, str]]()
    for path, uses in by_path(run).items():
        for earlier, later, first, second in replaced(uses):
            who = (path, earlier.task_id, later.task_id)
            if who in told or earlier.fleeting or not later.left or not order.is_free(earlier, later):
                continue
            if first and second and first != second:
                told.add(who)
                tasks = f"tasks {earlier.label!r} and {later.label!r}"
                message = f"{tasks} both write {shown(path)}, and nothing orders them: what one has written is lost"
                yield Complaint(later.location, message, later.evidence, task_id=later.task_id)
