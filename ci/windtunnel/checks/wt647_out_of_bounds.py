"""Function declared bounded that returns a number beyond.

## What it does
For functions with `@tag(windtunnel="bounded:0..1")`: looks at every number in the result, in tables and containers
too. `bounded:0..` and `bounded:..1` leave an end open. Missing values are within.

## Why is this bad?
The owner has promised it, and those who read the graph count on it: a share above 1 or a negative price is taken for
good by all that comes after it.

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


@tag(windtunnel="bounded:0..1")
def share(part: int, whole: int) -> float:  # WT647
    return part / max(whole, 1)
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(windtunnel="bounded:0..1")
def share(part: int, whole: int) -> float:
    return min(max(part / max(whole, 1), 0.0), 1.0)
"""


@check(
    "WT647",
    on=PropertyFacts,
    severity=Severity.ERROR,
    remedy="clip or refuse what leads beyond, or widen the bounds in the tag",
)
def out_of_bounds(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.BOUNDED)
