"""Column or field that is taken out of a result which never has it.

## What it does
Compares what `@extract_columns` and `@extract_fields` take out of a function's result with what its `return` statements
deliver, where the text says that in full: a dict, or a table made of a dict, with literal keys; columns that are listed
(`DataFrame(..., columns=[...])`) or selected (`table[["a", "b"]]`).

## Why is this bad?
The graph builds, and the node of the missing column raises as soon as somebody asks for it, inside the task, after all
that lies before it has been computed.

## What to do
Return it, or take its name out of the decorator: often one of the two was renamed. `fill_with` makes columns that are
missing on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import extract_fields


@extract_fields({"lowest": int, "highest": int})
def ends(readings: list[int]) -> dict[str, int]:  # WT508
    return {"lowest": min(readings, default=0), "higest": max(readings, default=0)}
"""
PASSING = """\
from hamilton.function_modifiers import extract_fields


@extract_fields({"lowest": int, "highest": int})
def ends(readings: list[int]) -> dict[str, int]:
    return {"lowest": min(readings, default=0), "highest": max(readings, default=0)}
"""


@check(
    "WT508",
    on=DataflowFacts,
    severity=Severity.ERROR,
    remedy="return it under that name, or take the name out of the decorator",
)
def undelivered_column(dataflow: DataflowFacts) -> Iterator[Complaint]:
    for found in dataflow.graph.undelivered:
        plural = "s" if len(found.missing) > 1 else ""
        missing = ", ".join(map(repr, found.missing))
        delivered = ", ".join(map(repr, found.delivered)) or "nothing"
        yield Complaint(
            found.location,
            f"{found.function!r} never returns the {found.kind}{plural} {missing}: it returns {delivered}",
        )
