"""Function that does not deliver the columns or fields that its decorator promises.

## What it does
Looks at the tables and dicts that functions under `@extract_columns`, `@extract_fields` or `@schema.output` return
while tasks run. Reports the columns and fields that are promised and not there, whether somebody asks for them or not.

## Why is this bad?
Each promised name is a node. Whoever asks for one that is not there gets an exception when the task runs; until then
nobody knows, and pictures of the dataflow show what there is not.

## What to do
Deliver them, take them out of the decorator, or say by `fill_with=` what they hold where they are missing.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._flows import by_tasks, example
from windtunnel.facts import FlowFacts
from windtunnel.findings import Complaint, Severity

_MODULE = """\
from hamilton.function_modifiers import extract_fields


@extract_fields({"mean": float, "median": float})
def scores() -> dict:%s
    return {"mean": 0.5%s}


def wanted(mean: float) -> float:
    return mean
"""
FAILING = example(_MODULE % ("  # WT527", ""))
PASSING = example(_MODULE % ("", ', "median": 0.4'))


@check("WT527", on=FlowFacts, severity=Severity.WARNING, remedy="deliver them, or take them out of the decorator")
def undelivered_part(flows: FlowFacts) -> Iterator[Complaint]:
    for one, tasks in by_tasks(flows.undelivered):
        names = ", ".join(map(repr, one.names))
        promised = "is declared to have" if one.declared else "promises"
        many = f"{one.kind}s" if len(one.names) > 1 else one.kind
        message = f"node {one.node!r} {promised} the {many} {names}, but in {tasks} it had none such"
        yield Complaint(one.location, message, task_id=one.task_id)
