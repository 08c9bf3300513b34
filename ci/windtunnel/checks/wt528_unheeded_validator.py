"""Validator that fails whenever it runs, and only warns.

## What it does
Collects the verdicts of the validators of `@check_output` with the importance "warn" while the tasks of a DAG run.
Reports one that has not passed once.

## Why is this bad?
Its warning stands in the log of every run, where nobody reads it any more, and so it will say nothing when the data
really change. Either the data have been wrong for long, or the bounds are.

## What to do
Mend the data or the bounds; then make the importance "fail".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._flows import example
from windtunnel.facts import FlowFacts, ValidationFacts
from windtunnel.findings import Complaint, Severity

_MODULE = """\
from hamilton.function_modifiers import check_output


@check_output(range=(0.0, %s), importance="warn")
def share() -> float:%s
    return 40.0


def wanted(share: float) -> float:
    return share
"""
FAILING = example(_MODULE % ("1.0", "  # WT528"))
PASSING = example(_MODULE % ("100.0", ""))


@check("WT528", on=FlowFacts, severity=Severity.WARNING, remedy='mend the data or the bounds, and let it "fail"')
def unheeded_validator(flows: FlowFacts) -> Iterator[Complaint]:
    verdicts: dict[tuple[str, str], list[ValidationFacts]] = defaultdict(list)
    for verdict in flows.validations:
        verdicts[verdict.node, verdict.validator].append(verdict)
    for (node, validator), known in verdicts.items():
        if not any(verdict.passes for verdict in known):
            tasks = " and ".join(sorted({repr(verdict.task_id) for verdict in known}))
            message = f"validator {validator!r} of node {node!r} did not pass once, in task {tasks}, and only warned"
            yield Complaint(known[0].location, message, task_id=known[0].task_id)
