"""File of a task that failed after it had saved.

## What it does
Looks, when a run has ended, for the files of savers that ran to their end in a task which failed afterwards, for good.
Reports one that another task of the run has read, or that lies where it outlives the run. What failed for want of
something outside, which windtunnel cannot give, is left alone.

## Why is this bad?
Airflow says that there is no result, and whoever looks at the path finds one. It may be the very data that the task
has refused.

## What to do
Save last, when everything that can fail is done; or save to another name, and rename it at the end.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.checks._visits import is_own, shown
from windtunnel.facts import RunFacts, SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

_MODULE = """\
from hamilton.function_modifiers import save_to, source


@save_to.json(path=source("path"), output_name_="saved_totals")%s
def totals(rows: list) -> dict:
    return {"rows": len(rows)}
"""
_CALL = """\
import tempfile
from pathlib import Path

path = Path(tempfile.gettempdir()).parent / "totals.json"
found = dr.execute(["saved_totals", "totals"], inputs={"rows": [1, 2], "path": str(path)})
if found["totals"]["rows"] < %d:
    raise ValueError("too few rows")
"""
FAILING = totals(_MODULE % "  # WT411", call=_CALL % 3)
PASSING = totals(_MODULE % "", call=_CALL % 2)


@check(
    "WT411",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="save last, or under another name that is changed when nothing can fail any more",
)
def left_behind_save(run: RunFacts) -> Iterator[Complaint]:
    for save in run.saves:
        if save.state is not SaveState.LEFT_BEHIND or run.task(save.task).unmet_need:
            continue
        readers = list(dict.fromkeys(_readers(run, save)))
        if readers or not is_own(save.path):
            read = f", and task {readers[0]!r} has read it" if readers else ""
            message = f"task {save.task!r} failed after saver {save.node!r} had written {shown(save.path)}"
            yield Complaint(save.location, f"{message}: it still lies there{read}", task_id=save.task_id)


def _readers(run: RunFacts, save: SaveFacts) -> Iterator[str]:
    before = {save.task_id, *run.task(save.task).upstream}
    yield from (
        use.task_id for use in run.uses if use.path == save.path and not use.writes and use.task_id not in before
    )
