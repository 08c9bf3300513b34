"""Node function that ends, kills or hangs the process in which it is tried.

## What it does
Reports a function during whose trial the child process ran into the time limit, was killed, left with
`os._exit`, or crashed the interpreter. The functions after it in the module were not tried either.

## Why is this bad?
In a task the same input takes the worker down, or keeps its slot until the execution timeout; and nothing
is known of the properties that were not tried.

## What to do
Narrow the annotations so that no input is too large (`Annotated[int, Le(50)]`), or raise `--timeout`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import End, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import os

from hamilton.function_modifiers import tag


@tag(stage="load")
def reading(sensor: int) -> int:  # WT605
    if sensor > 3:
        os._exit(1)
    return sensor
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(stage="load")
def reading(sensor: int) -> int:
    if sensor > 3:
        raise ValueError(f"there is no sensor {sensor}")
    return sensor
"""


@check(
    "WT605",
    on=PropertyFacts,
    severity=Severity.WARNING,
    remedy="narrow the annotations so that no input is too large; --timeout raises the limit",
)
def unfinished_properties(node: PropertyFacts) -> Iterator[Complaint]:
    if node.process.end is End.COMPLETED:
        return
    message = f"trying {node.node or node.path} {node.process.detail}; it and what follows it was not tried"
    yield Complaint(node.location, message, node.process.output[-2000:])
