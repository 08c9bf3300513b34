"""Hamilton module that does not import, or whose graph does not build.

## What it does
Imports each Hamilton module by itself and builds its graph for each value that its `@config.when…`
decorators mention. Reports the exception if there is no graph, or if a mentioned value works with none of
the others. What a module expects from other modules may be of any type; `@resolve` that needs unknown
values is left out. Of a module that cannot be imported for want of the network, of an environment variable, or of leave
to write, WT510 speaks.

## Why is this bad?
The driver raises the same exception inside the task, at the time of the run, and no node of the module is
executed.

## What to do
The evidence holds the frames of your own files. Where there are none, Hamilton refused to make a node of
the function that the finding points at: often a missing annotation, two nodes of one name, or types that do
not fit.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts, End
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
from hamilton.function_modifiers import tag


@tag(stage="raw")
def reading(sensor: str) -> str:
    return sensor.strip()


def twice(reading: float) -> float:  # WT501
    return 2 * reading
"""
PASSING = """\
from hamilton.function_modifiers import tag


@tag(stage="raw")
def reading(sensor: str) -> str:
    return sensor.strip()


def twice(reading: str) -> str:
    return 2 * reading
"""


@check(
    "WT501",
    on=DataflowFacts,
    severity=Severity.ERROR,
    remedy="mend the line shown, so that the module can be imported and a driver can be built of it alone",
)
def unbuildable_dataflow(dataflow: DataflowFacts) -> Iterator[Complaint]:
    failure = dataflow.failure
    if dataflow.process.end is not End.COMPLETED:
        message = f"building the graph of {dataflow.path} {dataflow.process.detail}"
        yield Complaint(Location(dataflow.path), message, dataflow.process.output[-2000:])
    elif failure is not None and not failure.needs:  # of which WT510 speaks
        message = f"Hamilton cannot build {dataflow.module}: {failure.summary}"
        yield Complaint(failure.location or Location(dataflow.path), message, failure.traceback)
