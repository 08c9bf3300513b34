"""Node whose value is not what its function is annotated to return.

## What it does
Looks at what each node of a dataflow returns while its task runs, and at what tasks give as overrides, and compares it
with the return annotation of the function: into the elements of containers (a few of them), the keys of a TypedDict,
the dtype that `Annotated[pd.Series, float]` states. An int passes for a float, numpy's numbers for Python's, a subclass
for its base; what cannot be known (a protocol, a type variable, a class of pandera) passes.

## Why is this bad?
Hamilton connects nodes by these annotations and does not look at values. Whoever writes the next function believes the
annotation, and it fails there, or computes something else.

## What to do
Return what the annotation says, or annotate what is returned.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._flows import by_tasks, example
from windtunnel.facts import FlowFacts
from windtunnel.findings import Complaint, Severity

_MODULE = """\
def codes() -> list[%s]:%s
    return [1, 2, 3]


def wanted(codes: list[%s]) -> int:
    return len(codes)
"""
FAILING = example(_MODULE % ("str", "  # WT525", "str"))
PASSING = example(_MODULE % ("int", "", "int"))


@check("WT525", on=FlowFacts, severity=Severity.ERROR, remedy="return what the annotation says, or annotate the truth")
def wrong_node_value(flows: FlowFacts) -> Iterator[Complaint]:
    for misfit, tasks in by_tasks(flows.misfits):
        if misfit.given and not misfit.consumer:
            message = f"{tasks} overrides {misfit.node!r} by a value of the type {misfit.got}"
            remedy = "give the override the type that the node has"
            yield Complaint(
                misfit.location, f"{message}, but the node is annotated {misfit.wanted}", "", remedy, misfit.task_id
            )
        elif not misfit.consumer:
            message = f"node {misfit.node!r} returned {misfit.got} in {tasks}"
            yield Complaint(misfit.location, f"{message}, annotated {misfit.wanted}", task_id=misfit.task_id)
