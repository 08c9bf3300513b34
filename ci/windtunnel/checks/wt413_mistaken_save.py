"""Saver that saves what another saver returns.

## What it does
Follows the savers that ran. Reports one of two `@save_to` on one function that names no `target_`, and so has saved the
metadata of the saver below it in the place of the function's value.

## Why is this bad?
The file lies there, it is whole, and it holds a path and a size instead of the data.

## What to do
Name the function in each of them: `target_="<function>"`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.checks._visits import shown
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

_MODULE = """\
from hamilton.function_modifiers import save_to, source, value


@save_to.json(path=source("path"), output_name_="saved_totals"%s
@save_to.pickle(path=value("totals.pickle"), output_name_="pickled_totals")
def totals(rows: list) -> dict:
    return {"rows": len(rows)}
"""
FAILING = totals(_MODULE % ")  # WT413")
PASSING = totals(_MODULE % ', target_="totals")')


@check("WT413", on=SaveFacts, severity=Severity.ERROR, remedy="name the function as target_ in each @save_to above it")
def mistaken_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.MISTAKEN:
        message = f"saver {save.node!r} of task {save.task_id!r} has no data in {shown(save.path)}"
        yield Complaint(save.location, f"{message}: {save.detail}")
