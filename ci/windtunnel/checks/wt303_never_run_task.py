"""Task that the run left behind.

## What it does
Reports each task that is in no final state although the run has ended.

## Why is this bad?
The run looks finished, but the task has neither run nor been skipped on purpose.

## What to do
Look at the trigger rules and at what the task waits for: the run ended without it.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import End, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING: dict[str, str] = {}
PASSING: dict[str, str] = {}


FINAL = ("success", "failed", "skipped", "upstream_failed", "removed")


@check(
    "WT303",
    on=RunFacts,
    severity=Severity.ERROR,
    remedy="look at its trigger rule and at what it waits for: the run ended without it",
)
def never_run_task(run: RunFacts) -> Iterator[Complaint]:
    if run.process.end is not End.COMPLETED or run.failure is not None:
        return
    for task in run.tasks:
        if task.state not in FINAL:
            message = (
                f"task {task.label!r} never ran: it is {task.state or 'not even scheduled'}, and the run has ended"
            )
            yield Complaint(task.location, message, task_id=task.task_id)
