"""Function declared to conserve a total that does not.

## What it does
For functions with `@tag(windtunnel="conserves:amount")`: compares the sum of the column or parameter `amount` that
is given to them with the sum in their result, up to a billionth. Missing values count as nothing.

## Why is this bad?
The owner has promised it, and those who read the graph count on it: amounts are grouped, split and joined, and a join
that drops rows or doubles them changes the total.

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


@tag(windtunnel="conserves:amount")
def booked(amount: list[float]) -> list[float]:  # WT646
    return [value for value in amount if value > 1]
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(windtunnel="conserves:amount")
def booked(amount: list[float]) -> list[float]:
    return sorted(amount)
"""


@check(
    "WT646",
    on=PropertyFacts,
    severity=Severity.ERROR,
    remedy="keep what the join or the filter loses or doubles, or take 'conserves' out of the tag",
)
def lost_total(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.CONSERVES)
