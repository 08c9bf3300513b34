"""Declarations of the owner that cannot be read.

## What it does
Reads `windtunnel_strategies.py` at the root of the repository, and what installed packages offer as entry points
`windtunnel.strategies`: the names `strategies`, `non_null`, `min_rows` and `unique`. Reports an exception, a name
that is nearly one of these, and a value of another kind.

## Why is this bad?
What the owner has declared is not used: functions are given inputs that cannot occur, or none.

## What to do
The message says what is expected.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import MisdeclaredFacts
from windtunnel.findings import Complaint, Severity

FAILING = {
    "modules/example.py": """\
from hamilton.function_modifiers import tag


@tag(stage="features")
def doubled(age: int) -> int:
    return 2 * age
""",
    "windtunnel_strategies.py": """\
from hypothesis import strategies as st

strategies = {"age": st.integers(0, 120)}
min_rows = ["users", "orders"]  # WT641
""",
}
PASSING = {
    "modules/example.py": """\
from hamilton.function_modifiers import tag


@tag(stage="features")
def doubled(age: int) -> int:
    return 2 * age
""",
    "windtunnel_strategies.py": """\
from hypothesis import strategies as st

strategies = {"age": st.integers(0, 120)}
min_rows = {"users": 1, "orders": 1}
""",
}


@check(
    "WT641",
    on=MisdeclaredFacts,
    severity=Severity.ERROR,
    remedy="write what the message expects; windtunnel explain WT641 shows an example",
)
def unreadable_declarations(declared: MisdeclaredFacts) -> Iterator[Complaint]:
    if not declared.node:
        yield Complaint(declared.location, declared.message)
