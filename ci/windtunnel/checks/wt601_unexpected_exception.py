"""Node function that raises an exception nobody meant.

## What it does
Calls each function of a Hamilton module with values drawn from its annotations, and reports the smallest
call that ends in an exception. An input that the function refuses on purpose, by `raise` or `assert` in
your code or by a ValueError of a library that validates, does not count; nor do overflows, a full memory,
or files and networks that are not there.

## Why is this bad?
What the annotation allows, the data will contain one day: an empty list, a zero, an unknown code. The task
fails then, and the traceback says where, but not which input was at fault.

## What to do
Handle the value, or say that it cannot occur: by a narrower type (`Literal`, `Enum`, `Annotated[int,
Gt(0)]` of annotated-types), by `@check_output` on the node it comes from, or by an explicit `raise
ValueError`. Types alone are a guess of what your data looks like; therefore this is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import tag


@tag(unit="share")
def share(part: float, whole: float) -> float:
    return part / whole  # WT601
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(unit="share")
def share(part: float, whole: float) -> float:
    if not whole:
        raise ValueError("there is nothing to have a share of")
    return part / max(whole, 1e-6)
"""


@check(
    "WT601",
    on=PropertyFacts,
    severity=Severity.WARNING,
    remedy="handle the value, refuse it by an explicit raise, or narrow the annotation to exclude it",
)
def unexpected_exception(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.NO_EXCEPTION)
