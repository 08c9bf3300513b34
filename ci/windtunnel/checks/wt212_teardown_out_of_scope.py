"""Teardown that comes too early, or that belongs to nothing.

## What it does
Looks at each teardown and the setup that it is paired with, by the direct edge between them. Reports a task that the
setup starts and the teardown does not wait for, a pair with nothing between, a teardown that waits for nothing at
all, and one downstream of a setup without being paired with it.

## Why is this bad?
A teardown starts as soon as all before it has ended. Measured on Airflow 3.1 and 3.3: one that does not wait for the
work removes what the work is using; one that is not paired runs even where the setup has failed.

## What to do
Put the work between the two: `make >> work >> remove.as_teardown(setups=make)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._scopes import pairs, unpaired
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.trigger_rules import ancestors, descendants

FAILING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("cluster", schedule=None):
    create = EmptyOperator(task_id="create")
    work = EmptyOperator(task_id="work")
    delete = EmptyOperator(task_id="delete")  # WT212
    create >> work
    delete.as_teardown(setups=create)
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("cluster", schedule=None):
    create = EmptyOperator(task_id="create")
    work = EmptyOperator(task_id="work")
    delete = EmptyOperator(task_id="delete")
    create >> work >> delete.as_teardown(setups=create)
"""


@check(
    "WT212",
    on=DagFacts,
    severity=Severity.WARNING,
    remedy="put the work between the two: make >> work >> remove.as_teardown(setups=make)",
)
def teardown_out_of_scope(dag: DagFacts) -> Iterator[Complaint]:
    tasks = {task.task_id: task for task in dag.tasks}
    for teardown, message in (*_too_early(dag), *_idle(dag), *_rootless(dag), *_strangers(dag)):
        yield Complaint(tasks[teardown].location, f"teardown {teardown!r} {message}", task_id=teardown)


def _left_out(dag: DagFacts, setup: str) -> list[str]:
    """The tasks that the setup starts and none of its teardowns waits for, nor comes before."""
    ends = [teardown for start, teardown in pairs(dag) if start == setup]
    covered = set(ends).union(*(ancestors(dag, end) | descendants(dag, end) for end in ends))
    others = {task.task_id for task in dag.tasks if task.is_teardown}
    return sorted({below for above, below in dag.edges if above == setup} - covered - others)


def _too_early(dag: DagFacts) -> Iterator[tuple[str, str]]:
    for setup, teardown in pairs(dag):
        if left_out := _left_out(dag, setup):
            names = ", ".join(map(repr, left_out))
            yield teardown, f"does not wait for {names}, which follows the setup {setup!r} and may still be at work"


def _idle(dag: DagFacts) -> Iterator[tuple[str, str]]:
    for setup, teardown in pairs(dag):
        if not _left_out(dag, setup) and not descendants(dag, setup) & ancestors(dag, teardown):
            yield teardown, f"follows its setup {setup!r} with no task between: nothing uses what they make and remove"


def _rootless(dag: DagFacts) -> Iterator[tuple[str, str]]:
    waiting = {below for _, below in dag.edges}
    work = [task.task_id for task in dag.tasks if not task.is_teardown]
    for task in dag.tasks:
        if work and task.is_teardown and task.task_id not in waiting:
            yield task.task_id, "waits for no task: it runs as soon as the run starts"


def _strangers(dag: DagFacts) -> Iterator[tuple[str, str]]:
    for setup, teardown in unpaired(dag):
        yield teardown, f"is not paired with the setup {setup!r} above it: it runs even if {setup!r} has failed"
