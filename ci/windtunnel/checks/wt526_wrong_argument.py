"""Node that is given something else than its parameter is annotated to take.

## What it does
Looks at what flows between nodes while tasks run, and compares it with what each function that takes it asks for, where
that is more than the function which makes it promises: `dict[str, float]` of what is a `dict`, a class of what may be
`Any`. Inputs and configuration that the task gives are compared too, into their elements; overrides in any case. What
passes is as for WT525.

## Why is this bad?
Hamilton compares the annotations of the two functions, where `Any` and a bare `dict` fit everything, and of inputs the
outermost class. The value does not fit, and the function computes with what it does not expect: keys that JSON has made
texts, numbers that are texts.

## What to do
Annotate the function that makes the value with what it really makes, and convert it before it is handed on.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._flows import by_tasks, example
from windtunnel.facts import FlowFacts
from windtunnel.findings import Complaint, Severity

_MODULE = """\
def prices() -> dict:
    return {"tea": %s}


def wanted(prices: dict[str, float]) -> int:%s
    return len(prices)
"""
FAILING = example(_MODULE % ('"3.50"', "  # WT526"))
PASSING = example(_MODULE % ("3.5", ""))


@check("WT526", on=FlowFacts, severity=Severity.ERROR, remedy="convert the value, or annotate what the function takes")
def wrong_argument(flows: FlowFacts) -> Iterator[Complaint]:
    for misfit, tasks in by_tasks(flows.misfits):
        if misfit.consumer:
            whose = f"{tasks} gave it as" if misfit.given else f"in {tasks} it got"
            message = f"node {misfit.consumer!r} asks for {misfit.node!r} as {misfit.wanted}, and {whose} {misfit.got}"
            yield Complaint(misfit.location, message, task_id=misfit.task_id)
