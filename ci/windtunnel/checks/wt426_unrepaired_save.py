"""Save whose repetition does not mend what a kill has left.

## What it does
Only where the context `kills` is asked for: lets the task meet a kill, a full disk or a refused permission in a save,
has it repeated as Airflow repeats it, and compares what lies there then with what an undisturbed run leaves. Reports
tasks that then fail, and files that then say something else: rows that are there twice, a file that is missing.

## Why is this bad?
Workers are lost, and Airflow repeats what they were at. A retry that ends green over half of the first attempt is worse
than a failure: nobody looks there again.

## What to do
Let a save replace what belongs to its date or run as a whole, and let it neither add to nor trust what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._kills import ASIDE, killed, moment, told_once, whose
from windtunnel.facts import KilledFacts, KilledSaveFacts
from windtunnel.findings import Complaint, Severity

FAILING = killed(
    """\
@datasaver()  # WT426
def saved_totals(rows: list, path: str) -> dict:
    with Path(path).open("a") as file:
        file.write(json.dumps(rows) + "\\n")
    return {"path": path}
"""
)
PASSING = killed(ASIDE)


@check("WT426", on=KilledFacts, severity=Severity.WARNING, remedy="let the save replace what it finds as a whole")
def unrepaired_save(context: KilledFacts) -> Iterator[Complaint]:
    yield from told_once(context, _complaint, each_task=True)


def _complaint(save: KilledSaveFacts) -> Complaint | None:
    for retry in save.retries:
        if retry.state != "success" or retry.differs:
            end = f"ends green, but {retry.differs}" if retry.differs else "fails"
            when = f"when {retry.fault.value}{moment(retry.point)}"
            message = f"{whose(save)}, {when}: the repetition of its task {end}"
            return Complaint(save.location, message, task_id=save.task_id)
    return None
