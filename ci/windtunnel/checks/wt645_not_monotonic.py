"""Function declared monotonic whose result moves the wrong way.

## What it does
For functions with `@tag(windtunnel="monotonic:price")`: makes the number, the column or the array `price` greater, in
all rows and in one, and looks whether a number in the result becomes less. `monotonic:-price` declares that it falls.

## Why is this bad?
The owner has promised it, and those who read the graph count on it: whoever explains a score or a price to a customer
says that more of this never means less of that.

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


@tag(windtunnel="monotonic:price")
def fee(price: float) -> float:  # WT645
    return max(100.0 - price, 0.0)
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(windtunnel="monotonic:price")
def fee(price: float) -> float:
    return min(max(price, 0.0) * 0.03, 10.0)
"""


@check(
    "WT645",
    on=PropertyFacts,
    severity=Severity.ERROR,
    remedy="mend the range where it turns, or take 'monotonic' out of the tag",
)
def not_monotonic(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.MONOTONIC)
