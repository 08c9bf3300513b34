"""Input that nothing takes.

## What it does
Compares the inputs that each task gives to a driver with the inputs that its dataflow has. Reports one that no function
takes, in this dataflow or in another that the DAG drives, if all tasks have succeeded. Left alone is what comes with
all params of the DAG, with the whole context of the task, or with more such inputs than two: a mapping that is meant
for several. (Where the name is nearly that of an input, see WT520.)

## Why is this bad?
Hamilton lets it pass without a word. Whoever reads the DAG believes that the value decides something; often it did,
until the function that took it was renamed or left out.

## What to do
Leave the input out, or have a function take it.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._given import example, given, is_known_elsewhere, told
from windtunnel.facts import DriverFacts, Fate, Gift, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = example(', "currency": "EUR"})  # WT521')
PASSING = example("})")
_MOST = 2


@check("WT521", on=RunFacts, severity=Severity.NOTICE, remedy="leave the input out, or have a function take it")
def unconsumed_input(run: RunFacts) -> Iterator[Complaint]:
    for driver, one in given(run, Gift.INPUT, Fate.UNKNOWN) if _succeeded(run) else ():
        if not (one.nearest or one.along or _is_shared(driver) or is_known_elsewhere(run, driver, one.name)):
            message = f"task {driver.task_id!r} gives the driver an input {one.name!r}, which no function takes"
            yield told(run, driver, message)


def _succeeded(run: RunFacts) -> bool:
    """Whether every dataflow of the DAG is known."""
    return all(task.state == "success" for task in run.tasks)


def _is_shared(driver: DriverFacts) -> bool:
    strange = [one for one in driver.given if one.gift is Gift.INPUT and one.fate is Fate.UNKNOWN]
    return len(strange) > _MOST
