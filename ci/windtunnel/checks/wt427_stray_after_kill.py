"""File that a killed save leaves for good.

## What it does
Only where the context `kills` is asked for: lets the task meet a kill in the middle of a save, has it repeated as
Airflow repeats it, and looks for files that lie there then and would not after an undisturbed run.

## Why is this bad?
Nobody will ever remove it. Each kill leaves another; disks fill up, and whoever reads all files of the folder reads it
too.

## What to do
Give what is written aside a name that the repetition finds (one for each target), or have each save remove what dead
writers have left, as `modules/atomic_savers.py` of windtunnel's repository does.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._kills import ASIDE, killed, moment, name, told_once, whose
from windtunnel.facts import KilledFacts, KilledSaveFacts
from windtunnel.findings import Complaint, Severity

FAILING = killed(
    """\
@datasaver()  # WT427
def saved_totals(rows: list, path: str) -> dict:
    aside = Path(f"{path}.{os.getpid()}")
    aside.write_text(json.dumps(rows))
    aside.replace(path)
    return {"path": path}
"""
)
PASSING = killed(ASIDE)


@check("WT427", on=KilledFacts, severity=Severity.NOTICE, remedy="remove what killed attempts have left")
def stray_after_kill(context: KilledFacts) -> Iterator[Complaint]:
    yield from told_once(context, _complaint)


def _complaint(save: KilledSaveFacts) -> Complaint | None:
    for retry in save.retries:
        if retry.strays and retry.state == "success":
            stray = name(retry.strays[0])
            message = f"{whose(save)}, killed{moment(retry.point)} and repeated, leaves {stray} behind"
            return Complaint(save.location, message, task_id=save.task_id)
    return None
