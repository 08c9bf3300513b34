"""XCom pulled that nobody has pushed.

## What it does
Reports each `xcom_pull` of a run that found nothing although the task that it names has succeeded: that task has pushed
no such key, and the DAG file does not speak of the key anywhere else; or it never pushes a result, because its function
returns nothing or because of `do_xcom_push=False`. A pull with a `default` of its own, from another DAG or from earlier
runs is not judged, nor is what one TaskFlow function hands the other.

## Why is this bad?
Nothing fails: the pull gives None, and the task goes on with that.

## What to do
Push the key, or pull the one that is pushed. If there need not be a value, say so with `default=`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._between import guess
from windtunnel.facts import PullFacts, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def sums():
    @task
    def count(ti=None) -> None:
        ti.xcom_push(key="rows", value=3)

    @task
    def report(ti=None) -> None:
        print(ti.xcom_pull(task_ids="count", key="row_count"))  # WT311

    count() >> report()


sums()
"""
PASSING = FAILING.replace('key="row_count"))  # WT311', 'key="rows"))')


@check(
    "WT311",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="push the key, or pull the one that is pushed; say default= if there need not be a value",
)
def pull_of_missing_key(run: RunFacts) -> Iterator[Complaint]:
    pushed = _pushed_by_good_tasks(run)
    told: set[tuple[object, ...]] = set()
    for task in run.tasks:
        for pull in task.data.pulled:
            location = pull.location or task.location
            asked = (pull.task_id, pull.key, location)
            if pull.task_id in pushed and _is_missing(pull, pushed[pull.task_id]) and asked not in told:
                told.add(asked)
                message = f"task {task.label!r} pulls {_told(pull, pushed[pull.task_id])}: it gets None"
                yield Complaint(location, message, task_id=task.task_id)


def _pushed_by_good_tasks(run: RunFacts) -> dict[str, set[str]]:
    """The keys that each task has pushed, of those whose instances have all succeeded."""
    bad = {task.task_id for task in run.tasks if task.state != "success"}
    found: dict[str, set[str]] = {task.task_id: set() for task in run.tasks if task.task_id not in bad}
    for task in run.tasks:
        if task.task_id in found:
            found[task.task_id] |= {push.key for push in task.data.pushed}
    return found


def _is_missing(pull: PullFacts, pushed: set[str]) -> bool:
    if pull.found or pull.optional or pull.key in pushed:
        return False
    return pull.barren if pull.key == "return_value" else not pull.expected


def _told(pull: PullFacts, pushed: set[str]) -> str:
    if pull.key == "return_value":
        return f"the result of task {pull.task_id!r}, which pushes none"
    near = guess(pull.key, pushed)
    return f"{pull.key!r} of task {pull.task_id!r}, which has pushed no such key{near}"
