"""Tag that declares a property which windtunnel does not know.

## What it does
Reads the words of `@tag(windtunnel="...")`: rowwise, order_insensitive, idempotent, monotonic:NAME, conserves:NAME,
bounded:LOWEST..HIGHEST, inverse:FUNCTION. Reports any other word, and one that is written in another way.

## Why is this bad?
The owner believes that the property is tried, and it is not.

## What to do
Write one of the words that the message names.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import MisdeclaredFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from hamilton.function_modifiers import tag


@tag(windtunnel="idempotnet")
def cleaned(text: str) -> str:  # WT640
    return text.strip()
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(windtunnel="idempotent")
def cleaned(text: str) -> str:
    return text.strip()
"""


@check(
    "WT640",
    on=MisdeclaredFacts,
    severity=Severity.ERROR,
    remedy="write one of the words that windtunnel knows",
)
def unknown_declaration(declared: MisdeclaredFacts) -> Iterator[Complaint]:
    if declared.node and not declared.is_understood:
        yield Complaint(declared.location, f"{declared.node} {declared.message}")
