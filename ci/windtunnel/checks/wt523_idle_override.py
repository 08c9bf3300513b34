"""Override that overrides nothing.

## What it does
Compares the overrides that each task gives to a driver with what it asks for. Reports one whose name no dataflow of the
DAG knows, and one of a node that nothing needs of all that the task asks for.

## Why is this bad?
Hamilton says nothing. The node that was meant is computed as ever, which may be just what the override was to prevent:
a query, a long training, a call of a service.

## What to do
Write the name as the node has it (those of @subdag have a namespace, those of savers their `output_name_`), or leave
the override out.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._given import example, given, is_known_elsewhere, told
from windtunnel.facts import DriverFacts, Fate, Gift, GivenFacts, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = example('}, overrides={"regoin": "E"})  # WT523')
PASSING = example('}, overrides={"region": "E"})')


@check("WT523", on=RunFacts, severity=Severity.WARNING, remedy="give it the name of a node that is needed, or drop it")
def idle_override(run: RunFacts) -> Iterator[Complaint]:
    for driver, one in given(run, Gift.OVERRIDE, Fate.UNKNOWN, Fate.UNNEEDED):
        begins = f"task {driver.task_id!r} overrides {one.name!r}"
        guess = f": did you mean {one.nearest!r}?" if one.nearest else ""
        if one.fate is Fate.UNKNOWN and not is_known_elsewhere(run, driver, one.name):
            yield told(run, driver, f"{begins}, but no node has this name{guess}")
        elif one.fate is Fate.UNNEEDED and not _is_needed_once(run, driver, one):
            yield told(run, driver, f"{begins}, but nothing that it asks for needs that node")


def _is_needed_once(run: RunFacts, driver: DriverFacts, given: GivenFacts) -> bool:
    """Whether the task has asked for it in another execution: one mapping may be meant for all of them."""
    of_task = [other for other in run.drivers if other.task_id == driver.task_id]
    return any(one.name == given.name and one.fate is Fate.TAKEN for other in of_task for one in other.given)
