"""Saver that takes the last good file away before the new one is there.

## What it does
Only where the context `kills` is asked for: kills each saver at counted points of its work, with the file of an earlier
run in its place. Reports savers that leave neither the old file nor the new one there (WT424 reports those that leave
a torn one).

## Why is this bad?
Between the removal and the new file there is nothing: whoever reads then fails, and a worker that is killed there
leaves nothing until somebody repeats the task.

## What to do
Do not remove the old file: to rename the new one over it (`os.replace`) is one step. Of a table of a database, drop
and fill it in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._kills import ASIDE, killed, moment, name, told_once, whose
from windtunnel.facts import KilledFacts, KilledSaveFacts, Sight
from windtunnel.findings import Complaint, Severity

FAILING = killed(
    """\
@datasaver()  # WT425
def saved_totals(rows: list, path: str) -> dict:
    aside = Path(path).with_suffix(".aside")
    aside.write_text(json.dumps(rows))
    Path(path).unlink(missing_ok=True)
    aside.rename(path)
    return {"path": path}
"""
)
PASSING = killed(ASIDE)


@check("WT425", on=KilledFacts, severity=Severity.WARNING, remedy="rename the new file over the old one: os.replace")
def vanishing_save(context: KilledFacts) -> Iterator[Complaint]:
    yield from told_once(context, _complaint)


def _complaint(save: KilledSaveFacts) -> Complaint | None:
    gone = [kill for kill in save.kills if kill.sight is Sight.GONE]
    if gone and not any(kill.sight is Sight.TORN for kill in save.kills):
        what = f" ({gone[0].detail})" if gone[0].detail else ""
        message = (
            f"{whose(save)} is killed{moment(gone[0].point)}, and the last good {name(gone[0].path)} is gone{what}"
        )
        return Complaint(save.location, message, task_id=save.task_id)
    return None
