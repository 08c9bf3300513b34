"""Input under a name that the dataflow does not know.

## What it does
Compares the inputs that each task gives to a driver with the inputs that its dataflow has. Reports one that nothing
takes, where its name is nearly that of an input which nobody gives and which has a default. Left alone is a name that
another dataflow of the DAG knows, and what comes with all params or with the whole context.

## Why is this bad?
Hamilton lets an input pass that it does not know. The default is taken instead, the task succeeds, and what was asked
for has not been done. (An input without a default would be missed, and the task would fail.)

## What to do
Write the name as the function's parameter has it.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._given import example, given, is_known_elsewhere, told
from windtunnel.facts import Fate, Gift, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = example(', "limits": 2})  # WT520')
PASSING = example(', "limit": 2})')


@check("WT520", on=RunFacts, severity=Severity.WARNING, remedy="give the input under the name of the parameter")
def misspelt_input(run: RunFacts) -> Iterator[Complaint]:
    for driver, one in given(run, Gift.INPUT, Fate.UNKNOWN):
        if one.nearest and not one.along and not is_known_elsewhere(run, driver, one.name):
            message = f"task {driver.task_id!r} gives the driver an input {one.name!r}, which nothing takes"
            yield told(run, driver, f"{message}: did you mean {one.nearest!r}, which has its default?")
