"""Values of the configuration that work, but not together.

## What it does
Builds the graph of each Hamilton module for every combination of the values that its `@config` decorators mention, or
where there are more than 64, for as many that each two values meet. Reports the values which Hamilton cannot build a
graph for together, although each can be used with others.

## Why is this bad?
Nothing is wrong until somebody sets both. Then the driver raises before any node is executed. Mostly two variants of
one node are switched on at once, by keys that were thought to exclude each other.

## What to do
Let one key decide between the variants, or name both keys in the conditions of both. Where nobody can ever set these
values together, allow it by a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import CombinationFacts, DataflowFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import config


@config.when(source="file")
def reading__file(place: str) -> str:
    return place.strip()


@config.when(live=True)
def reading__live(host: str) -> str:  # WT502
    return host.strip()
"""
PASSING = """\
from hamilton.function_modifiers import config


@config.when(source="file")
def reading__file(place: str) -> str:
    return place.strip()


@config.when(source="live")
def reading__live(host: str) -> str:
    return host.strip()
"""


@check(
    "WT502",
    on=DataflowFacts,
    severity=Severity.NOTICE,
    remedy="let one key of the configuration decide, or name all keys in the conditions of each variant",
)
def unbuildable_combination(dataflow: DataflowFacts) -> Iterator[Complaint]:
    for found in dataflow.graph.combinations:
        more = f" (and {found.others} more)" if found.others else ""
        yield Complaint(found.location, f"with {found.config}{more} {_what(found, dataflow)}")


def _what(found: CombinationFacts, dataflow: DataflowFacts) -> str:
    if not found.makers:
        return f"Hamilton cannot build {dataflow.module}: {found.reason}"
    both = " and ".join(f"{name!r} (line {place.line})" for name, place in found.makers)
    return f"both {both} make the node {found.node!r}, and Hamilton refuses to build {dataflow.module}"
