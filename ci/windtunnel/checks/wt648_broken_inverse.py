"""Function whose declared inverse does not give back what it was given.

## What it does
For functions with `@tag(windtunnel="inverse:decoded")`: hands the result to the function `decoded` of the same module,
as the parameter that is named after the node (or the only one without a default), and compares what it returns with
the argument.

## Why is this bad?
The owner has promised it, and those who read the graph count on it: codes that are made for a model or a file are
turned back for people.

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


@tag(windtunnel="inverse:decoded")
def encoded(level: int) -> str:  # WT648
    return str(abs(level))


def decoded(encoded: str) -> int:
    return int(encoded)
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(windtunnel="inverse:decoded")
def encoded(level: int) -> str:
    return str(level)


def decoded(encoded: str) -> int:
    return int(encoded)
"""


@check(
    "WT648",
    on=PropertyFacts,
    severity=Severity.ERROR,
    remedy="mend one of the two, or take 'inverse' out of the tag",
)
def broken_inverse(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.INVERSE)
