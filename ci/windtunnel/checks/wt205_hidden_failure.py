"""Task whose failure the run does not show.

## What it does
Lets each task fail on paper, and plays the trigger rules through. Reports the tasks after whose failure every task that
decides the run's state (the leaves) still ends well.

## Why is this bad?
The state of a run is that of its leaves. A last task with `all_done` succeeds after any failure, so the run is green,
no alert goes out, and the next DAG starts on what is missing.

## What to do
Make the last task a teardown (`.as_teardown()`), which does not count for the state of the run, or add a leaf with
the default rule beside it. Where the last task is there to gather what was not skipped, `none_failed` does.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.trigger_rules import FAILED, ancestors, leaves, play

_WHATEVER_HAPPENED = ("all_done", "always", "one_done")

FAILING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("load", schedule=None):  # WT205
    extract = EmptyOperator(task_id="extract")
    extract >> EmptyOperator(task_id="notify", trigger_rule="all_done")
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("load", schedule=None):
    extract = EmptyOperator(task_id="extract")
    extract >> EmptyOperator(task_id="notify").as_teardown()
"""


@check(
    "WT205",
    on=DagFacts,
    severity=Severity.WARNING,
    remedy="make the last task a teardown, or add a leaf with the default trigger rule beside it",
)
def hidden_failure(dag: DagFacts) -> Iterator[Complaint]:
    deciding = leaves(dag)
    forgiving = {task.task_id: task.trigger_rule for task in dag.tasks if task.trigger_rule in _WHATEVER_HAPPENED}
    last = [leaf for leaf in deciding if leaf in forgiving]
    forgiven = {task_id for leaf in last for task_id in ancestors(dag, leaf)}
    hidden = [
        task.task_id for task in dag.tasks if task.task_id in forgiven and _is_hidden(dag, task.task_id, deciding)
    ]
    if hidden:
        rules = ", ".join(f"{leaf!r} has the trigger rule {forgiving[leaf]}" for leaf in last)
        names = ", ".join(map(repr, hidden))
        fails = f"any of {names} fails" if len(hidden) > 1 else f"{names} fails"
        yield Complaint(dag.location, f"the run of DAG {dag.dag_id!r} ends green when {fails}: {rules}")


def _is_hidden(dag: DagFacts, task_id: str, deciding: tuple[str, ...]) -> bool:
    states = play(dag, {task_id: "failed"})
    return not any(states[leaf] in FAILED for leaf in deciding)
