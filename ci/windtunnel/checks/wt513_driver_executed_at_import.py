"""Hamilton module that executes a driver while it is imported.

## What it does
Watches whether a line of yours has a Hamilton driver compute or materialize something while a module is imported.

## Why is this bad?
A dataflow runs whenever somebody imports the module: in tasks that want another one, in tests, in the DAG processor.
No run knows of it, nothing retries it, and what it fails of is an ImportError.

## What to do
Put it into a function, or below `if __name__ == "__main__":`.
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


greetings = driver.Builder().with_modules(sys.modules[__name__]).build()
print(greetings.execute(["greeting"], inputs={"name": "you"}))  # WT513
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(kind="text")
def greeting(name: str) -> str:
    return "hello " + name


if __name__ == "__main__":
    import sys

    from hamilton import driver

    greetings = driver.Builder().with_modules(sys.modules[__name__]).build()
    print(greetings.execute(["greeting"], inputs={"name": "you"}))
"""


@check(
    "WT513",
    on=DataflowFacts,
    severity=Severity.WARNING,
    remedy='put it into a function, or below `if __name__ == "__main__":`',
)
def driver_executed_at_import(dataflow: DataflowFacts) -> Iterator[Complaint]:
    for use in dataflow.imported.drivers:
        if use.executes:
            yield Complaint(use.location, f"importing {dataflow.path} executes a Hamilton driver")
