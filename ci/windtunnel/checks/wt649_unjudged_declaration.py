"""Declared property of which no example says anything.

## What it does
Reports a property in `@tag(windtunnel="...")` that could be judged on none of the inputs, with the reason: a column
that no table has, a result that holds no numbers, an inverse that is not in the module.

## Why is this bad?
The owner believes that the property is tried, and it is not.

## What to do
Mend the name in the tag; for tables that windtunnel cannot make, give it a strategy in `windtunnel_strategies.py`, or
a DAG that runs the dataflow.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import MisdeclaredFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import tag


@tag(windtunnel="monotonic:prise")
def fee(price: float) -> float:  # WT649
    return 0.03 * price
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(windtunnel="monotonic:price")
def fee(price: float) -> float:
    return 0.03 * price
"""


@check(
    "WT649",
    on=MisdeclaredFacts,
    severity=Severity.WARNING,
    remedy="mend the name, or give windtunnel data on which it can be judged",
)
def unjudged_declaration(declared: MisdeclaredFacts) -> Iterator[Complaint]:
    if declared.is_understood:
        yield Complaint(declared.location, f"{declared.node} {declared.message}")
