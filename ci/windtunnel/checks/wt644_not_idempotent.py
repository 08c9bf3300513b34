"""Function declared idempotent that changes its own result.

## What it does
For functions with `@tag(windtunnel="idempotent")`: calls them again with their own result, in the place of the only
parameter of the type that they return, or of the one named: `idempotent:raw`.

## Why is this bad?
The owner has promised it, and those who read the graph count on it: a cleaning step is repeated when a task is, or
where two dataflows both clean.

## What to do
Mend the function, or take the word out of the tag if it does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import tag


@tag(windtunnel="idempotent")
def capped(price: float) -> float:  # WT644
    return min(price * 0.9, 100.0)
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(windtunnel="idempotent")
def capped(price: float) -> float:
    return min(price, 100.0)
"""


@check(
    "WT644",
    on=PropertyFacts,
    severity=Severity.ERROR,
    remedy="make the result one that the function leaves alone, or take 'idempotent' out of the tag",
)
def not_idempotent(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.IDEMPOTENT)
