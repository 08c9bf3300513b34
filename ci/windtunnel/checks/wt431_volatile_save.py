"""Saver that saves into the memory of its own task.

## What it does
Looks, the moment a task succeeds, at what each saver wrote to a `memory://` URL. Reports what no loader of the same
task has read back.

## Why is this bad?
`memory://` is a dictionary in the process of the task. Airflow gives each task a process of its own: when it ends, all
that was saved is gone, the task is green, and no other task, retry or reader finds anything.

## What to do
Save to a store that outlives the task: a shared folder, or an object store.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

_MODULE = """\
import pandas as pd
from hamilton.function_modifiers import save_to, value


@save_to.csv(path=value("%stotals.csv"), output_name_="saved_totals")%s
def totals(rows: list) -> pd.DataFrame:
    return pd.DataFrame({"rows": [len(rows)]})
"""
FAILING = totals(_MODULE % ("memory://store/", "  # WT431"))
PASSING = totals(_MODULE % ("", ""))


@check(
    "WT431",
    on=SaveFacts,
    severity=Severity.WARNING,
    remedy="save to a store that outlives the task: a shared folder, or an object store",
)
def volatile_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.VOLATILE:
        message = f"saver {save.node!r} of task {save.task!r} writes {save.path}, which is gone when the task ends"
        yield Complaint(save.location, message)
