"""Saver that saves over another one of the same dataflow.

## What it does
Compares what the savers of one execution of a Hamilton driver have written. Reports two that replace the same file, the
same table of a SQLite file, or the same object of a store, where neither waits for the other. Savers that append are
left alone, and so is one that comes after another in the graph: it may have read what that one saved.

## Why is this bad?
What the first of them has saved is gone the moment that the second saves, and which one is the first is for Hamilton to
choose. Both report success.

## What to do
Give each saver a path of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.checks._visits import shown
from windtunnel.facts import OverwriteFacts
from windtunnel.findings import Complaint, Severity

_MODULE = """\
from hamilton.function_modifiers import save_to, source, value


@save_to.json(path=source("path"), output_name_="saved_rows")
def counts(rows: list) -> dict:
    return {"rows": len(rows)}


@save_to.json(path=%s, output_name_="saved_totals")%s
def totals(rows: list) -> dict:
    return {"total": sum(rows)}
"""
_WANTED = 'saved_rows", "saved_totals'
FAILING = totals(_MODULE % ('source("path")', "  # WT417"), wanted=_WANTED)
PASSING = totals(_MODULE % ('value("sums.json")', ""), wanted=_WANTED)


@check("WT417", on=OverwriteFacts, severity=Severity.ERROR, remedy="give each saver a path of its own")
def overwritten_save(met: OverwriteFacts) -> Iterator[Complaint]:
    place = f"table {met.table!r} of {shown(met.path)}" if met.table else shown(met.path)
    if met.other == met.node:
        message = f"saver {met.node!r} of task {met.task_id!r} writes {place} several times in one execution"
        yield Complaint(met.location, f"{message}: what it has saved before is lost")
    else:
        message = f"savers {met.other!r} and {met.node!r} of task {met.task_id!r} both write {place}"
        yield Complaint(met.location, f"{message}, and nothing orders them: what one has saved is lost")
