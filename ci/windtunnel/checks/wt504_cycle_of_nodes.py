"""Nodes that need each other.

## What it does
Follows the parameters of each node of a Hamilton module, and of the modules that a driver is given as the text of a
file says, and reports those that lead back to it.

## Why is this bad?
Hamilton builds such a graph and draws it without a word. When one of these nodes is asked for, the driver dies of a
RecursionError, inside the task.

## What to do
Give one of the functions another name, or another parameter: often a cleaned column has been given the name of the raw
one. Not reported where a file that speaks of a driver's overrides or config gives one of these nodes by name.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import Wired
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import tag


@tag(unit="euro")
def price(net: float) -> float:  # WT504
    return net * 1.2


def net(price: float, discount: float) -> float:
    return price - discount
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(unit="euro")
def price(net: float) -> float:
    return net * 1.2


def net(list_price: float, discount: float) -> float:
    return list_price - discount
"""


@check(
    "WT504",
    on=Wired,
    severity=Severity.ERROR,
    remedy="rename a function or a parameter, so that no node is computed from itself",
)
def cycle_of_nodes(graph: Wired) -> Iterator[Complaint]:
    for cycle in graph.cycles:
        where = f" with {cycle.config}" if cycle.config else f" in the driver at {cycle.driver}" if cycle.driver else ""
        if len(cycle.nodes) == 1:
            message = f"the node {cycle.nodes[0]!r} needs itself{where}"
        else:
            message = f"nodes need each other{where}: {' needs '.join((*cycle.nodes, cycle.nodes[0]))}"
        yield Complaint(cycle.location, f"{message}; to ask for one of them is a RecursionError")
