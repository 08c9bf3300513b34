"""Task that its branch follows, and that is skipped all the same.

## What it does
Plays each literal answer of a branch through. Reports a child that the answer names and that does not run then: it
waits for another child as well, which is skipped, and its trigger rule wants all to have succeeded.

## Why is this bad?
The branch seems to go straight to the task, past a step that is not needed this time. Airflow skips the step, the task
with it, and all that follows; the run is green.

## What to do
Set `trigger_rule="none_failed_min_one_success"` on the task.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Location, Severity
from windtunnel.paths import does_something, named_choices
from windtunnel.trigger_rules import answers, skipped_by_choice

FAILING = """\
from airflow.sdk import DAG, task

with DAG("shortcut", schedule=None):

    @task.branch
    def choose(params=None) -> str:
        return "clean" if params.get("dirty") else "load"

    @task
    def clean() -> None:
        print("cleaning")

    @task  # WT323
    def load() -> None:
        print("loading")

    way, step, last = choose(), clean(), load()
    way >> [step, last]
    step >> last
"""
PASSING = """\
from airflow.sdk import DAG, task

with DAG("shortcut", schedule=None):

    @task.branch
    def choose(params=None) -> str:
        return "clean" if params.get("dirty") else "load"

    @task
    def clean() -> None:
        print("cleaning")

    @task(trigger_rule="none_failed_min_one_success")
    def load() -> None:
        print("loading")

    way, step, last = choose(), clean(), load()
    way >> [step, last]
    step >> last
"""


@check(
    "WT323",
    on=DagFacts,
    severity=Severity.WARNING,
    remedy='set trigger_rule="none_failed_min_one_success" on the task',
)
def skipped_choice(dag: DagFacts) -> Iterator[Complaint]:
    tasks = {task.task_id: task for task in dag.tasks}
    told: set[str] = set()
    for branch in (task for task in dag.tasks if task.is_branch and task.mapping is None):
        outcomes = [skipped_by_choice(dag, branch.task_id, *chosen) for chosen in answers(dag, branch.task_id)]
        for chosen in named_choices(dag, branch):
            states = skipped_by_choice(dag, branch.task_id, *chosen)
            for name in (name for name in chosen if states[name] == "skipped" and name not in told):
                always = all(outcome[name] == "skipped" for outcome in outcomes)  # which another check tells
                if not always and does_something(dag, name):
                    told.add(name)
                    yield _complaint(branch.task_id, tasks[name].trigger_rule, name, tasks[name].location)


def _complaint(branch: str, rule: str, name: str, location: Location) -> Complaint:
    message = f"when {branch!r} answers {name!r}, task {name!r} is skipped all the same: its trigger rule is {rule}"
    return Complaint(location, f"{message}, and another child that it waits for is skipped", task_id=name)
