"""Variant whose node has the name of the key that it asks for.

## What it does
Reports a function under `@config.when` or `@config.when_in` that asks for a key of the configuration which has the very
name of its node: `@config.when(model="tree") def model__tree(...)`.

## Why is this bad?
The variant is there only while the configuration has the key, and what the configuration has, Hamilton does not
compute: the function is never executed, no error says so, and whoever asks for the node is given the value of the key.

## What to do
Give the key another name than the node: `model_kind`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import config


@config.when(tax="reduced")
def tax__reduced(price: float) -> float:  # WT516
    return price * 0.1


def total(price: float, tax: float) -> float:
    return price + tax
"""
PASSING = """\
from hamilton.function_modifiers import config


@config.when(tax_kind="reduced")
def tax__reduced(price: float) -> float:
    return price * 0.1


def total(price: float, tax: float) -> float:
    return price + tax
"""


@check(
    "WT516",
    on=DataflowFacts,
    severity=Severity.ERROR,
    remedy="give the key of the configuration another name than the node",
)
def hidden_variant(dataflow: DataflowFacts) -> Iterator[Complaint]:
    for found in dataflow.graph.hidden:
        yield Complaint(
            found.location,
            f"{found.function!r} is never executed: it is there only while the configuration has {found.node!r}, which "
            "then takes the place of the node",
        )
