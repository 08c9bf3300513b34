"""Node function whose result depends on the hash seed of the process.

## What it does
Repeats a few calls of each function, with equal arguments, in a process with another PYTHONHASHSEED, and reports
results that differ. What differs in a process with the same seed as well is left out, and so are functions that
change from call to call (WT604).

## Why is this bad?
Python gives texts other hashes in every process, so the order of a set is another one in every run: columns
change places, the first of equals is another one, and a file that did not change looks changed.

## What to do
Sort what comes out of a set: `sorted(set(names))`, or keep the order with `list(dict.fromkeys(names))`. Take
`hashlib` in the place of `hash()`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import tag


@tag(stage="features")
def columns(prefix: str) -> list[str]:  # WT609
    return [f"{prefix}{name}" for name in {"age", "son", "pet", "day", "month", "distance", "service"}]
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(stage="features")
def columns(prefix: str) -> list[str]:
    return [f"{prefix}{name}" for name in sorted({"age", "son", "pet", "day", "month", "distance", "service"})]
"""


@check(
    "WT609",
    on=PropertyFacts,
    severity=Severity.WARNING,
    remedy="sort what comes out of a set, or keep the order with dict.fromkeys; take hashlib for hash()",
)
def hash_dependent_result(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.SAME_UNDER_OTHER_HASHES)
