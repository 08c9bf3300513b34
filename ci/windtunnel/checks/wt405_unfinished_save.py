"""Saver still at work when its task was marked success.

## What it does
Looks, the moment a task succeeds, whether the file of each of its savers is still open for writing, or is still being
changed by a thread or process that the task has started. Idle pools, daemons and log files are left alone.

## Why is this bad?
Airflow starts the next task at once, and it reads half a file. When the worker ends, what was not written yet is lost.

## What to do
Close the file, and wait for the thread, pool or process (`join`, `result()`, `with`) before the saver returns.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

FAILING = totals(
    """\
from pathlib import Path

from hamilton.function_modifiers import datasaver


@datasaver()  # WT405
def saved_totals(rows: list, path: str) -> dict:
    import threading
    import time

    def write() -> None:
        with open(path, "w", buffering=1) as file:
            for row in rows * 100:
                print(row, file=file)
                time.sleep(0.01)

    threading.Thread(target=write, daemon=True).start()
    time.sleep(0.05)
    return {"path": path}
"""
)
PASSING = totals()


@check(
    "WT405",
    on=SaveFacts,
    severity=Severity.ERROR,
    remedy="close the file and wait for whoever writes it before the saver returns",
)
def unfinished_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.UNFINISHED:
        message = f"task {save.task_id!r} was marked success while saver {save.node!r} was at work on {save.path}"
        yield Complaint(save.location, f"{message}: {save.detail}")
