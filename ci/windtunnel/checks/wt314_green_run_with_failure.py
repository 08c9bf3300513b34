"""Run that is green although a task failed.

## What it does
Reports a run that ended as a success although one of its tasks failed: the last task has a trigger rule that does not
mind (`all_done`, `always`, `one_done`), and nothing else shows the failure.

## Why is this bad?
The state of a run is that of its last tasks. No alert goes out, and what waits for this DAG starts on what is missing.

## What to do
Make the last task a teardown (`.as_teardown()`), which does not count for the state of the run, or add a leaf with
the default rule beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def load():  # WT314
    @task
    def extract() -> None:
        raise RuntimeError("the source is empty")

    @task(trigger_rule="all_done")
    def notify() -> None:
        print("done")

    extract() >> notify()


load()
"""
PASSING = FAILING.replace("extract() >> notify()", "extract() >> notify().as_teardown()").replace("  # WT314", "")

_WHATEVER_HAPPENED = ("all_done", "always", "one_done")


@check(
    "WT314",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="make the last task a teardown, or add a leaf with the default trigger rule beside it",
)
def green_run_with_failure(run: RunFacts) -> Iterator[Complaint]:
    if run.state != "success":
        return
    parents = {above for task in run.tasks for above in task.parents}
    last = [task for task in run.tasks if task.task_id not in parents and task.trigger_rule in _WHATEVER_HAPPENED]
    forgiving = {above: leaf for leaf in last for above in leaf.upstream}
    failed = [task for task in run.tasks if task.state == "failed" and not task.is_teardown]
    hidden = [task for task in failed if task.task_id in forgiving]
    if hidden:
        names = ", ".join(repr(task.label) for task in hidden)
        leaf = forgiving[hidden[0].task_id]
        rule = f"its last task {leaf.task_id!r} has the trigger rule {leaf.trigger_rule}"
        yield Complaint(run.location, f"the run of DAG {run.dag_id!r} is green although {names} failed: {rule}")
