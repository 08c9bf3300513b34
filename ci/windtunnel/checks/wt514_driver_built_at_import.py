"""Hamilton module that builds a driver while it is imported.

## What it does
Watches whether a line of yours makes a Hamilton driver while a module is imported, and has it execute nothing then.

## Why is this bad?
The configuration is that of the import: no run can choose another. Modules that the driver is given are imported too,
and if one of them does not build, nothing that imports this module works.

## What to do
Build it in a function; where it is costly, keep it by `functools.cache`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import sys

from hamilton import driver
from hamilton.function_modifiers import tag


@tag(kind="text")
def greeting(name: str) -> str:
    return "hello " + name


GREETINGS = driver.Builder().with_modules(sys.modules[__name__]).build()  # WT514
"""
PASSING = """\
import sys

from hamilton import driver
from hamilton.function_modifiers import tag


@tag(kind="text")
def greeting(name: str) -> str:
    return "hello " + name


def _greetings() -> driver.Driver:
    return driver.Builder().with_modules(sys.modules[__name__]).build()
"""


@check("WT514", on=DataflowFacts, severity=Severity.NOTICE, remedy="build it in a function, when it is needed")
def driver_built_at_import(dataflow: DataflowFacts) -> Iterator[Complaint]:
    uses = dataflow.imported.drivers
    if any(use.executes for use in uses):  # of which WT513 speaks
        return
    for use in uses:
        yield Complaint(use.location, f"importing {dataflow.path} builds a Hamilton driver")
