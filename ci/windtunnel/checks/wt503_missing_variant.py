"""Node that has no variant for a value of its configuration.

## What it does
Builds the graph of each Hamilton module for the values that its `@config` decorators mention. Reports a node that is
there for some values of a key and not for another one, which a decorator of another node mentions, where other nodes
ask for it all the same. Not if another file of the repository gives the name: as a key, a keyword, a variable or a
function, or by a decorator that makes nodes.

## Why is this bad?
Hamilton takes what nobody makes for an input, and says nothing. With that value the task fails for want of the input;
where the parameter has a default, it goes on with the default.

## What to do
Write the variant, or switch what asks for it off with the same value. If it is meant to be an input there, show it in
a driver's `inputs`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import config


@config.when(region="us")
def tax__us(price: float) -> float:  # WT503
    return price * 0.1


@config.when(region="uk")
def tax__uk(price: float) -> float:
    return price * 0.2


@config.when_in(region=["us", "uk", "ie"])
def total(price: float, tax: float) -> float:
    return price + tax
"""
PASSING = """\
from hamilton.function_modifiers import config


@config.when(region="us")
def tax__us(price: float) -> float:
    return price * 0.1


@config.when_in(region=["uk", "ie"])
def tax__europe(price: float) -> float:
    return price * 0.2


@config.when_in(region=["us", "uk", "ie"])
def total(price: float, tax: float) -> float:
    return price + tax
"""


@check(
    "WT503",
    on=DataflowFacts,
    severity=Severity.WARNING,
    remedy="write the variant, or switch off with the same value what asks for the node",
)
def missing_variant(dataflow: DataflowFacts) -> Iterator[Complaint]:
    for gap in dataflow.graph.gaps:
        first, *others = gap.nodes
        more = f" (and {', '.join(map(repr, others))})" if others else ""
        then = "it takes its default" if gap.silent else "it becomes an input"
        yield Complaint(
            gap.location,
            f"no variant of the node {first!r}{more} is there with {gap.config}: for {_names(gap.asked_by)} {then}, "
            "and Hamilton does not say so",
        )


def _names(nodes: tuple[str, ...]) -> str:
    more = f" and {len(nodes) - 3} more" if len(nodes) > 3 else ""
    return ", ".join(map(repr, nodes[:3])) + more
