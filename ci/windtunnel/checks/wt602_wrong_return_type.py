"""Node function that returns something else than it is annotated to.

## What it does
Compares what each function returns for generated inputs with its return annotation, into the elements of
containers. An int passes for a float, numpy's numbers pass for Python's, and what cannot be known (a
protocol, a type variable) passes.

## Why is this bad?
Hamilton connects nodes by these annotations and believes them. The next function gets a `None` or a text
where it counts on a number, and fails in its own lines, far from the cause.

## What to do
Mend the path that returns the wrong thing, or annotate what is true: `float | None` makes Hamilton compare
it with what the consumers ask for.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import tag


@tag(unit="degrees")
def warmest(readings: list[float]) -> float:  # WT602
    return max(readings) if readings else None
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(unit="degrees")
def warmest(readings: list[float]) -> float | None:
    return max(readings) if readings else None
"""


@check(
    "WT602",
    on=PropertyFacts,
    severity=Severity.ERROR,
    remedy="return what the annotation says on every path, or annotate what is returned",
)
def wrong_return_type(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.RETURN_TYPE)
