"""Nodes of one parameterized function that are given the very same inputs.

## What it does
Compares the bindings of all nodes that a `@parameterize`, `@parameterize_sources`, `@parameterize_values` or
`@parameterized_subdag` makes of one function, and reports those that are alike.

## Why is this bad?
Two nodes of different names have the same value. Mostly a line was copied and its source was not changed: what should
have been computed from the second input is computed from the first.

## What to do
Bind each to what it is named for. If a second name for one value is meant, one node is enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import parameterize, source


@parameterize(
    mean_price={"values": source("prices")},
    mean_weight={"values": source("prices")},
)
def mean(values: list[float]) -> float:  # WT509
    return sum(values) / max(len(values), 1)
"""
PASSING = """\
from hamilton.function_modifiers import parameterize, source


@parameterize(
    mean_price={"values": source("prices")},
    mean_weight={"values": source("weights")},
)
def mean(values: list[float]) -> float:
    return sum(values) / max(len(values), 1)
"""


@check("WT509", on=DataflowFacts, severity=Severity.WARNING, remedy="bind each to what it is named for")
def identical_siblings(dataflow: DataflowFacts) -> Iterator[Complaint]:
    for twin in dataflow.graph.twins:
        nodes = f"{', '.join(map(repr, twin.nodes[:-1]))} and {twin.nodes[-1]!r}"
        yield Complaint(twin.location, f"{nodes} of {twin.function!r} are the same: each is given {twin.bindings}")
