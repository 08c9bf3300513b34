"""Saver that no task asks for.

## What it does
Follows every Hamilton driver inside the tasks of a run. Reports a saver node (`@save_to`, `@datasaver`, a materializer)
of a driver's graph that neither this task nor any other task of the repository requests, by itself or by something
downstream of it.

## Why is this bad?
Hamilton runs what is asked for and nothing else. A saver that is not in `final_vars` writes nothing, raises nothing,
and the task is green.

## What to do
Ask for the saver's own node, the `output_name_` of `@save_to`: the name of the function gives its value, and saves
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

FAILING = totals(
    """\
from hamilton.function_modifiers import save_to, source


@save_to.json(path=source("path"), output_name_="saved_totals")  # WT401
def totals(rows: list) -> dict:
    return {"rows": len(rows)}
""",
    wanted="totals",
)
PASSING = totals()


@check(
    "WT401",
    on=SaveFacts,
    severity=Severity.ERROR,
    remedy="add the saver's name to the final_vars of the driver, or take the decorator away",
)
def never_requested_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.NEVER_REQUESTED:
        message = f"saver {save.node!r} is in the dataflow of task {save.task_id!r}, but no task asks for it"
        instead = f": {save.detail!r}, which is asked for, is only what it would save" if save.detail else ""
        remedy = f"ask for {save.node!r} beside {save.detail!r} in the final_vars of the driver" if save.detail else ""
        yield Complaint(save.location, f"{message}{instead or ': nothing is written'}", remedy=remedy)
