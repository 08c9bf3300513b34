"""Parameter whose name is one slip away from a node's.

## What it does
Reports a parameter that no node of the module gives and no other file of the repository names (as a key, a keyword, a
variable, a function or a parameter), if its name differs by one letter from that of a node of the module, whose type
fits, and which does not itself depend on the parameter. Words of less than five letters are left out, unless two
letters of a longer name have changed places, and so are names that differ in digits, or that several functions ask for.

## Why is this bad?
Hamilton wires by name. A name that fits nothing becomes an input: the task fails for want of it, or where the parameter
has a default, the default is used for ever and the node's value never arrives.

## What to do
Write the node's name. If it is an input of its own, give it a name that cannot be taken for the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import tag


@tag(unit="share")
def discount(year: int) -> float:
    return 0.1 if year > 2020 else 0.0


def price(net: float, discuont: float = 0.0) -> float:  # WT507
    return net * (1 - discuont)
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(unit="share")
def discount(year: int) -> float:
    return 0.1 if year > 2020 else 0.0


def price(net: float, discount: float = 0.0) -> float:
    return net * (1 - discount)
"""


@check("WT507", on=DataflowFacts, severity=Severity.WARNING, remedy="write the name of the node that is meant")
def misspelt_parameter(dataflow: DataflowFacts) -> Iterator[Complaint]:
    for near in dataflow.graph.near_names:
        then = f"it is always {near.default}" if near.default else "it becomes an input"
        yield Complaint(
            near.location,
            f"nothing gives the parameter {near.parameter!r} of {near.function!r}, so that {then}; did you mean the "
            f"node {near.node!r}?",
        )
