"""Function that a later one of the same name in the same module replaces.

## What it does
Reports a public function at the top level of a Hamilton module whose name is defined once more there, before anything
has used the first.

## Why is this bad?
Python keeps the last. Hamilton never sees the first: no error, no warning, and the graph has one node where two were
written. Two variants under `@config.when` that share a name lose the first of them in the same way, and with the value
that it was for, the node silently becomes an input.

## What to do
Give each function a name of its own. Variants of one node differ by a suffix that Hamilton takes off: `tax__us`,
`tax__uk`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import config


@config.when(region="us")
def tax(price: float) -> float:  # WT505
    return price * 0.1


@config.when(region="uk")
def tax(price: float) -> float:
    return price * 0.2
"""
PASSING = """\
from hamilton.function_modifiers import config


@config.when(region="us")
def tax__us(price: float) -> float:
    return price * 0.1


@config.when(region="uk")
def tax__uk(price: float) -> float:
    return price * 0.2
"""


@check(
    "WT505",
    on=DataflowFacts,
    severity=Severity.ERROR,
    remedy="give each function a name of its own; variants of one node differ by a suffix, as in tax__us and tax__uk",
)
def redefined_node_function(dataflow: DataflowFacts) -> Iterator[Complaint]:
    for found in dataflow.graph.redefined:
        what = "this variant" if found.is_variant else "this one"
        yield Complaint(
            found.location,
            f"{found.name!r} is defined again on line {found.line}: {what} is never executed, and Hamilton does not "
            "know of it",
        )
