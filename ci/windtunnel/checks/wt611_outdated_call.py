"""Node function that the next pandas or numpy will refuse.

## What it does
Reports a line of yours of which pandas or numpy warn, during a trial, that it is deprecated or will change
(FutureWarning, DeprecationWarning). What they warn of in the lines of other libraries is not yours, and is left out.

## Why is this bad?
With the next release the warning becomes an exception, or worse: the same line gives another result. In a task
the warning stands in a log that nobody reads.

## What to do
The message says what to write in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import numpy as np
from hamilton.function_modifiers import tag


@tag(stage="features")
def pairs(before: list[float], after: list[float]) -> int:
    return len(np.row_stack([[len(before)], [len(after)]]))  # WT611
"""
PASSING = """\
import numpy as np
from hamilton.function_modifiers import tag


@tag(stage="features")
def pairs(before: list[float], after: list[float]) -> int:
    return len(np.vstack([[len(before)], [len(after)]]))
"""


@check(
    "WT611",
    on=PropertyFacts,
    severity=Severity.WARNING,
    remedy="write what the message says, before the release that refuses the line is installed",
)
def outdated_call(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.NO_DEPRECATION)
