"""Node function that changes its input.

## What it does
Compares the arguments of each function before and after a call, into nested containers and tables.

## Why is this bad?
Hamilton hands the same object to every node that asks for it. Whoever is executed later sees the changed
one, so the result depends on the order of execution, which Hamilton does not promise and other executors do
not keep.

## What to do
Work on a copy: `sorted(values)` instead of `values.sort()`, `{**options, "key": 1}` instead of an assignment,
`frame.assign(...)` or `frame.copy()` instead of `frame["column"] = ...`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import tag


@tag(stage="features")
def ranked(scores: list[float]) -> list[float]:  # WT603
    scores.sort()
    return scores
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(stage="features")
def ranked(scores: list[float]) -> list[float]:
    return sorted(scores)
"""


@check(
    "WT603",
    on=PropertyFacts,
    severity=Severity.ERROR,
    remedy="work on a copy: other nodes are given the very same object",
)
def mutated_input(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.INPUTS_UNCHANGED)
