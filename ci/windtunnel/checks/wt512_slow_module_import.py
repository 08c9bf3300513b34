"""Hamilton module whose own lines take long to import.

## What it does
Looks every few milliseconds which of your lines is at work while a module is imported, and reports the module if they
take more than `max-import-seconds` together. The import of a library does not count: who uses it must pay for it. What
your lines call does.

## Why is this bad?
Every process that imports the module waits for it, whether it uses that or not: each task, each retry, each test, the
DAG processor where a DAG file imports the module.

## What to do
Compute it in a node: it is then computed when somebody asks for it, once for each run, and can be given another value
in a test.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts
from windtunnel.findings import Complaint, Location, Severity
from windtunnel.settings import Settings

FAILING = """\
import time

from hamilton.function_modifiers import tag

time.sleep(2.5)  # WT512


@tag(kind="text")
def greeting(name: str) -> str:
    return "hello " + name
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(kind="text")
def greeting(name: str) -> str:
    return "hello " + name
"""


@check("WT512", on=DataflowFacts, severity=Severity.WARNING, remedy="compute it in a node, and take that as an input")
def slow_module_import(dataflow: DataflowFacts, settings: Settings) -> Iterator[Complaint]:
    imported = dataflow.imported
    if imported.seconds <= settings.max_import_seconds:
        return
    message = (
        f"importing {dataflow.path} takes {imported.seconds:.1f} s beside its libraries, "
        f"over {settings.max_import_seconds:g} s"
    )
    heavy = [line for line in imported.lines if line.seconds >= imported.seconds / 2]
    worst = max(heavy or imported.lines, key=lambda line: (line.depth, line.seconds), default=None)
    if worst is None:
        yield Complaint(Location(dataflow.path), message)
        return
    table = "\n".join(f"{line.seconds:6.2f} s  {line.location}  {line.text}" for line in imported.lines)
    yield Complaint(worst.location, f"{message}: {worst.seconds:.1f} s of it in {worst.location}", table)
