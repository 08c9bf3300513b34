"""Node function whose result changes from call to call.

## What it does
Calls each function twice with equal arguments in the same process, and reports results that differ. Floats
may differ by a billionth; objects that cannot be compared are left out.

## Why is this bad?
A run cannot be repeated: not after a failure, not for a backfill, not by Hamilton's cache, which takes the
stored result for the new one. Most often it is a random number without a seed, the clock, or a counter kept
in a global.

## What to do
Make what varies an input: a seed, the logical date of the run, an identifier that the caller chooses.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import random

from hamilton.function_modifiers import tag


@tag(stage="features")
def jittered(reading: float) -> float:  # WT604
    return reading + random.random()
"""
PASSING = """\
import random

from hamilton.function_modifiers import tag


@tag(stage="features")
def jittered(reading: float, seed: int) -> float:
    return reading + random.Random(seed).random()
"""


@check(
    "WT604",
    on=PropertyFacts,
    severity=Severity.WARNING,
    remedy="make what varies an input: a seed, the logical date, an identifier",
)
def unstable_result(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.DETERMINISTIC)
