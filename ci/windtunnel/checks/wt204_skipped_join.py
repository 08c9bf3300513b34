"""Join that a branch always skips.

## What it does
Plays each branch task through: it follows one child, or those that its text names, and the others are skipped. Reports
a task downstream of several children that is skipped whichever one is chosen.

## Why is this bad?
With `all_success`, the default, one skipped task above is enough: the join and all behind it never run, and the run is
green all the same.

## What to do
Set `trigger_rule="none_failed_min_one_success"` on the join. If the branch always follows all of the children at
once, it needs no branch.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.trigger_rules import answers, descendants, skipped_by_choice

FAILING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, task

with DAG("fork", schedule=None):

    @task.branch
    def choose() -> str:
        return "left"

    left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    join = EmptyOperator(task_id="join")  # WT204
    choose() >> [left, right] >> join
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, task

with DAG("fork", schedule=None):

    @task.branch
    def choose() -> str:
        return "left"

    left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    join = EmptyOperator(task_id="join", trigger_rule="none_failed_min_one_success")
    choose() >> [left, right] >> join
"""


@check(
    "WT204",
    on=DagFacts,
    severity=Severity.WARNING,
    remedy='set trigger_rule="none_failed_min_one_success" on the join',
)
def skipped_join(dag: DagFacts) -> Iterator[Complaint]:
    tasks = {task.task_id: task for task in dag.tasks}
    for branch in (task.task_id for task in dag.tasks if task.is_branch):
        for join in _never_run(dag, branch):
            message = f"task {join!r} is skipped whichever of its children the branch {branch!r} follows"
            rule = f"its trigger rule is {tasks[join].trigger_rule}"
            yield Complaint(tasks[join].location, f"{message}: {rule}", task_id=join)


def _never_run(dag: DagFacts, branch: str) -> list[str]:
    """The first tasks, on every path, that no single choice of the branch runs."""
    outcomes = [skipped_by_choice(dag, branch, *chosen) for chosen in answers(dag, branch)]
    if len(outcomes) < 2:
        return []
    below = {name for name in descendants(dag, branch) if all(states[name] == "skipped" for states in outcomes)}
    return sorted(name for name in below if not any(above in below for above, under in dag.edges if under == name))
