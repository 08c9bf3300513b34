"""Save that could not be killed.

## What it does
Only where the context `kills` is asked for: names the savers that could not be struck, or not at all of the points that
were wanted, and says why: it does not end well in a process forked from its task's, more lies there than can be put
back after each kill, no file was seen that it writes, the time was over.

## Why is this bad?
It is not known whether it leaves torn files. That it was not reported otherwise means nothing.

## What to do
Give the run more time (`timeout`), fewer points (`max-kills`) or less data, and let savers open their connections and
pools themselves, when they save.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._kills import ASIDE, killed, told_once, whose
from windtunnel.facts import KilledFacts, KilledSaveFacts
from windtunnel.findings import Complaint, Severity

FAILING = killed(
    """\
@datasaver()  # WT429
def saved_totals(rows: list, path: str) -> dict:
    return {"sent": len(rows)}
"""
)
PASSING = killed(ASIDE)


@check("WT429", on=KilledFacts, severity=Severity.NOTICE, remedy="give the run more time or less data, or ignore this")
def untried_save(context: KilledFacts) -> Iterator[Complaint]:
    yield from told_once(context, _complaint, each_task=True)


def _complaint(save: KilledSaveFacts) -> Complaint | None:
    if save.unseen:
        task = f"what task {save.task_id!r} saves" if save.task_id else "what the DAG saves"
        subject = whose(save) if save.node else task
        message = f"{subject} was not killed at all points: {save.unseen}"
        return Complaint(save.location, message, task_id=save.task_id)
    return None
