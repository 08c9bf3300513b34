"""Saver that failed in a task that succeeded.

## What it does
Follows every Hamilton driver inside the tasks of a run. Reports a saver that raised, or was not run because something
before it raised, where the task caught that and was marked success. A task that has gone another way since is left
alone: one that has tried again, saved or written something else, connected or started something. So is a driver with
an adapter that puts a value in the place of what failed (`GracefulErrorAdapter`), and what failed for want of
something outside, which windtunnel cannot give.

## Why is this bad?
The file was promised, the task is green, and nothing lies there; or what an earlier run has left.

## What to do
Let the exception go: Airflow retries, and tells. Where a save may fail, say so by an adapter of the driver.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

_MODULE = """\
from hamilton.function_modifiers import save_to, source


@save_to.json(path=source("path"), output_name_="saved_totals")%s
def totals(rows: list) -> dict:
    return {"rows": len(rows), "of": set(rows)}
"""
_CALL = """\
try:
    dr.execute(["saved_totals"], inputs={"rows": [1, 2], "path": "totals.json"})
except TypeError as error:
    print("could not save:", error)
"""
FAILING = totals(_MODULE % "  # WT412", call=_CALL)
PASSING = totals()


@check(
    "WT412",
    on=SaveFacts,
    severity=Severity.WARNING,
    remedy="let the exception go, that the task fails and is tried again",
)
def swallowed_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.SWALLOWED:
        message = f"task {save.task_id!r} was marked success, but saver {save.node!r} saved nothing"
        yield Complaint(save.location, f"{message}: {save.detail}")
