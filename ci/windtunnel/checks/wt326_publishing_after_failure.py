"""Task that publishes although something before it has failed.

## What it does
Makes tasks fail, each in a run of its own. Reports a task that directly follows what failed or was not run because of
it, and publishes all the same because of its trigger rule (`all_done`, `one_done`, `always`, `none_skipped`): it saved
something through a Hamilton saver, produced an asset, started another DAG, or moved data from one system to another.
Teardowns are left out.

## Why is this bad?
Whoever reads the result, or is started by it, takes it for whole.

## What to do
Leave the trigger rule at `all_success`, or at `none_failed` where something may be skipped. Where the task publishes
what there is on purpose, allow it on its line with an ignore comment that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._paths import runs_after_failure
from windtunnel.facts import PathsFacts, RunFacts, SaveState, TaskFacts
from windtunnel.findings import Complaint, Severity

_WHATEVER_HAPPENED = ("all_done", "one_done", "always", "none_skipped")
_NOT_SAVED = (
    *(SaveState.NEVER_REQUESTED, SaveState.CUT_OFF, SaveState.NOT_REACHED),
    *(SaveState.SWALLOWED, SaveState.LEFT_BEHIND, SaveState.MISSING),
)
_TRANSFER = re.compile(r"[a-z0-9]To[A-Z]\w*Operator$")

FAILING = """\
from airflow.sdk import DAG, Asset, task

with DAG("books", schedule=None):

    @task
    def count() -> int:
        return 3

    @task(trigger_rule="all_done", outlets=[Asset("books")])  # WT326
    def publish() -> None:
        print("published")

    @task
    def finish() -> None:
        print("finished")

    counted = count()
    counted >> [publish(), finish()]
"""
PASSING = """\
from airflow.sdk import DAG, Asset, task

with DAG("books", schedule=None):

    @task
    def count() -> int:
        return 3

    @task(trigger_rule="all_done")
    def report() -> None:
        print("done")

    @task(outlets=[Asset("books")])
    def publish() -> None:
        print("published")

    counted = count()
    counted >> [report(), publish()]
"""


@check(
    "WT326",
    on=PathsFacts,
    severity=Severity.WARNING,
    remedy="leave its trigger rule at all_success, or say in an ignore comment that it publishes what there is",
)
def publishing_after_failure(paths: PathsFacts) -> Iterator[Complaint]:
    suspects = [task for task in paths.dag.tasks if task.trigger_rule in _WHATEVER_HAPPENED and not task.is_teardown]
    for task in suspects:
        for run in runs_after_failure(paths):
            failed = _failed_before(paths, run, task)
            published = _published(run, task) if failed and _succeeded(run, task) else ""
            if published:
                why = f"its trigger rule is {task.trigger_rule}"
                message = f"{run.path}, task {task.task_id!r} {published} all the same: {why}"
                yield Complaint(task.location, message, task_id=task.task_id)
                break


def _failed_before(paths: PathsFacts, run: RunFacts, task: TaskFacts) -> bool:
    """Whether a direct upstream task failed, or did not run for a failure's sake."""
    failed = {one.task_id for one in run.tasks if one.state in ("failed", "upstream_failed")}
    return any(above in failed for above, below in paths.dag.edges if below == task.task_id)


def _succeeded(run: RunFacts, task: TaskFacts) -> bool:
    return any(one.task_id == task.task_id and one.state == "success" for one in run.tasks)


def _published(run: RunFacts, task: TaskFacts) -> str:
    """What the task published in the run, as the end of a sentence; "" for nothing."""
    saved = [save for save in run.saves if save.task_id == task.task_id and save.state not in _NOT_SAVED]
    if saved:
        return f"saves {saved[0].path or saved[0].node}"
    if task.produces:
        return f"produces the asset {(task.produces[0].name or task.produces[0].uri)!r}"
    if task.triggers:
        return f"starts DAG {task.triggers!r}"
    return f"moves data ({task.operator})" if _TRANSFER.search(task.operator) else ""
