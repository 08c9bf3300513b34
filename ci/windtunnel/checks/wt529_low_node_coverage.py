"""Runs that execute fewer nodes than they must.

## What it does
Counts the nodes of all Hamilton modules, and those that the DAGs have executed in their runs (those on further paths
too). Reports where the share is below `node-cov-fail-under`, if that is set and the whole repository is checked. A node
counts once, whatever configurations have it, and is known by its module and its name; what decorators make (savers,
loaders, validators, extracted columns) are nodes, inputs are none, and neither are materializers, which no function
makes. A node in a @subdag counts in the module that has the @subdag, if its result needs it, and covers that which
it is a copy of.

## Why is this bad?
What no run has executed has been proven by none: neither that it runs, nor that its types fit, nor that it saves.

## What to do
Let a DAG (or its params, in `windtunnel.d`) come to the nodes that are missing, leave out those that nobody needs, or
lower the bound.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._driven import example
from windtunnel.facts import CoverageFacts
from windtunnel.findings import Complaint, Location, Severity
from windtunnel.settings import Settings

_MODULE = """\
def size() -> int:
    return 3


def label(size: int) -> str:
    return str(size)
"""
FAILING = example(f"# WT529\n{_MODULE}", "node-cov-fail-under = 80")
PASSING = example(_MODULE, "node-cov-fail-under = 50")


@check("WT529", on=CoverageFacts, severity=Severity.ERROR, remedy="let a DAG execute them, or lower the bound")
def low_node_coverage(coverage: CoverageFacts, settings: Settings) -> Iterator[Complaint]:
    bound = settings.node_cov_fail_under
    if coverage.whole and 100 * coverage.executed < bound * coverage.nodes:
        worst = max(coverage.modules, key=lambda module: len(module.missing))
        share = f"{coverage.executed} of {coverage.nodes} nodes ({100 * coverage.executed / coverage.nodes:.1f} %)"
        missing = [f"{module.name}: {', '.join(module.missing)}" for module in coverage.modules if module.missing]
        message = f"the DAGs execute {share}, and node-cov-fail-under is {bound:g}"
        place = Location(worst.path)
        yield Complaint(place, f"{message}; most are missing of {worst.name}", "not executed:\n" + "\n".join(missing))
