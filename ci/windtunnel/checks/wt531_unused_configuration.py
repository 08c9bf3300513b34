"""Configuration that a module has functions for, and that no DAG gives.

## What it does
Compares, where the whole repository is checked, the values that `@config.when` and `@config.when_in` of a driven module
name with those that its drivers are given. Told only where all values that the key is given anywhere stand in the
Python code as constants: one that comes from params, variables or a file may be any.

## Why is this bad?
The functions under it are part of no dataflow. Nothing runs them, and nothing tells when they break.

## What to do
Give the configuration in a DAG, or take the functions out. Often the value is only written differently here and there.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._driven import example
from windtunnel.facts import CoverageFacts
from windtunnel.findings import Complaint, Severity

_BYTES = """\
from hamilton.function_modifiers import config


@config.when(unit="bytes")
def size__bytes() -> int:
    return 3000
"""
_OTHER = """\


@config.when(unit="kilobytes")
def size__kilobytes() -> int:  # WT531
    return 3
"""
FAILING = example(_BYTES + _OTHER)
PASSING = example(_BYTES)


@check("WT531", on=CoverageFacts, severity=Severity.NOTICE, remedy="give it in a DAG, or take the functions out")
def unused_configuration(coverage: CoverageFacts) -> Iterator[Complaint]:
    for unused in coverage.unused:
        message = f"module {unused.module} has functions for {unused.key}={unused.value}, which no DAG gives"
        yield Complaint(unused.location, message)
