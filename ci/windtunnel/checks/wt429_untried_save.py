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
from windtunnel.checks._kills import ASIDE, killed, saves_of, whose
from windtunnel.facts import KilledFacts
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
    for save in saves_of(context):
        if save.unseen:
            subject = whose(save) if save.node else "what the DAG saves"
            yield Complaint(
                save.location, f"{subject} was not killed at all points: {save.unseen}", task_id=save.task_id
            )
