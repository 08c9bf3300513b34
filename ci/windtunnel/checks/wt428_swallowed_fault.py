"""Task that ends green although its save could not be written.

## What it does
Only where the context `kills` is asked for: lets each saver meet a full disk (the kernel refuses to let any file grow
beyond half of what it should have; it says EFBIG in the place of ENOSPC) and a folder that it may not write to. Reports
tasks that are marked success although the file is not there, or not whole.

## Why is this bad?
Nobody is told, nothing is repeated, and the tasks behind read what an earlier run has left, or half a file.

## What to do
Let the error through, or raise one of your own: `raise ... from error`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._kills import ASIDE, killed, told_once
from windtunnel.facts import KilledFacts, KilledSaveFacts
from windtunnel.findings import Complaint, Severity

FAILING = killed(
    """\
@datasaver()  # WT428
def saved_totals(rows: list, path: str) -> dict:
    aside = Path(path).with_suffix(".aside")
    try:
        aside.write_text(json.dumps(rows))
        aside.replace(path)
    except OSError as error:
        print(error)
    return {"path": path}
"""
)
PASSING = killed(ASIDE)


@check("WT428", on=KilledFacts, severity=Severity.ERROR, remedy="let the error through, so that the task fails")
def swallowed_fault(context: KilledFacts) -> Iterator[Complaint]:
    yield from told_once(context, _complaint, each_task=True)


def _complaint(save: KilledSaveFacts) -> Complaint | None:
    faults = dict.fromkeys(retry.fault.value for retry in save.retries if retry.swallowed)
    if faults:
        message = f"task {save.task_id!r} is marked success although saver {save.node!r} could not save"
        return Complaint(save.location, f"{message}: when {' or '.join(faults)}", task_id=save.task_id)
    return None
