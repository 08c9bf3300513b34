"""Input for a node that is computed all the same.

## What it does
Compares the inputs that each task gives to a driver with the nodes that its dataflow computes. Reports an input that
has the name of a node which was computed, and came out otherwise. Left alone is a mapping that another dataflow of the
DAG takes, name for name, and that this one is given too.

## Why is this bad?
Hamilton takes inputs only for what no function makes. It computes the node as if nothing had been given, without a
word, and everything downstream has the computed value.

## What to do
Give the value by `overrides=`: then the node is not computed. Or leave it out.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._given import example, given, told
from windtunnel.facts import DriverFacts, Fate, Gift, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = example(', "region": "Europe"})  # WT522')
PASSING = example('}, overrides={"region": "Europe"})')


@check("WT522", on=RunFacts, severity=Severity.WARNING, remedy="give the value by overrides=, or leave it out")
def ignored_input(run: RunFacts) -> Iterator[Complaint]:
    for driver, one in given(run, Gift.INPUT, Fate.COMPUTED):
        if not one.along and not _is_shared(run, driver, one.name):
            message = f"task {driver.task_id!r} gives the driver an input {one.name!r}, but that is a node:"
            yield told(run, driver, f"{message} it was computed all the same, to another value")


def _is_shared(run: RunFacts, driver: DriverFacts, name: str) -> bool:
    alike = [other for other in run.drivers if set(other.inputs) == set(driver.inputs)]
    return any(one.name == name and one.fate is Fate.TAKEN for other in alike for one in other.given)
