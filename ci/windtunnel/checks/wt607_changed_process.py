"""Node function that changes the environment or the working directory.

## What it does
Reports a function whose own line sets or removes an environment variable, or changes the working directory, and
does not put it back before it returns. What a library does is not reported.

## Why is this bad?
Both belong to the whole process. Nodes that run later see the change and nodes that ran before did not, other
executors run them in another order or process, and relative paths begin to lead elsewhere.

## What to do
Hand the value on as an input, give child processes an `env=` of their own, use absolute paths, or put it back
with a context manager (`contextlib.chdir`).
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import os

from hamilton.function_modifiers import tag


@tag(stage="load")
def zone(offset: int) -> str:
    os.environ["TZ"] = f"UTC{offset:+d}"  # WT607
    return os.environ["TZ"]
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(stage="load")
def zone(offset: int) -> str:
    return f"UTC{offset:+d}"
"""


@check(
    "WT607",
    on=PropertyFacts,
    severity=Severity.WARNING,
    remedy="hand the value on as an input, or put it back before the function returns",
)
def changed_process(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.PROCESS_UNCHANGED)
