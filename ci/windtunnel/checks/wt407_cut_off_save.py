"""Saver that is cut off by an override, or by the configuration.

## What it does
Follows every Hamilton driver inside the tasks of a run. Reports a saver that what is asked for needs, and that is not
run because a node between the two is overridden, or because `@config.when` leaves it out while another function takes
an argument of its name; where no task of the repository saves by it. Who overrides the saver itself means it.

## Why is this bad?
Hamilton takes the given value and runs nothing behind it; for a name that is only an argument it gives None. The saver
writes nothing, raises nothing, and the task is green.

## What to do
Ask for the saver's own node beside the rest, and do not override what stands between. Let each variant of a function
save, or none.
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
    return {"rows": len(rows)}


def place(saved_totals: dict) -> str:
    return str(saved_totals)


def message(place: str) -> str:
    return f"totals are at {place}"
"""
_CALL = 'dr.execute(["message"], inputs={"rows": [1, 2], "path": "totals.json"}%s)'
FAILING = totals(_MODULE % "  # WT407", call=_CALL % ', overrides={"place": "the usual place"}')
PASSING = totals(_MODULE % "", call=_CALL % "")


@check(
    "WT407",
    on=SaveFacts,
    severity=Severity.WARNING,
    remedy="ask for the saver itself, and override or leave out nothing that it needs",
)
def cut_off_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.CUT_OFF:
        message = f"what task {save.task_id!r} asks for needs saver {save.node!r}, which is not run: {save.detail}"
        yield Complaint(save.location, message)
