"""Join that was skipped although one of its inputs succeeded.

## What it does
Reports a task of a green run that its trigger rule has skipped because one task above it was skipped, while another
one above it has done its work. Joins that a branch always skips are WT204's; what a short circuit skips is skipped on
purpose.

## Why is this bad?
What was made for the join is used by nobody, and the run is green. Where that is meant, all is well.

## What to do
If the join shall run with what there is, give it `trigger_rule="none_failed_min_one_success"`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from windtunnel.checks import check
from windtunnel.facts import RunFacts, TaskRunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def report():
    @task.branch
    def choose() -> list:
        return []

    @task
    def details() -> str:
        return "details"

    @task
    def totals() -> str:
        return "totals"

    @task  # WT315
    def publish() -> None:
        print("publishing")

    choose() >> details() >> (end := publish())
    totals() >> end


report()
"""
PASSING = FAILING.replace("@task  # WT315", '@task(trigger_rule="none_failed_min_one_success")')

_RULES = ("all_success", "none_skipped")


@check(
    "WT315",
    on=RunFacts,
    severity=Severity.NOTICE,
    remedy='if the join shall run with what there is, give it trigger_rule="none_failed_min_one_success"',
)
def join_skipped_beside_result(run: RunFacts) -> Iterator[Complaint]:
    tasks = {task.task_id: task for task in run.tasks if not task.mapped}
    for task in tasks.values() if run.state == "success" else ():
        skipped = [above for above in task.parents if above in tasks and tasks[above].state == "skipped"]
        done = [above for above in task.parents if above in tasks and tasks[above].state == "success"]
        if task.state == "skipped" and not task.tries and task.trigger_rule in _RULES and skipped and done:
            if _is_meant(task, tasks) or not _has_result(done, tasks):
                continue
            yield Complaint(
                task.location,
                f"task {task.task_id!r} was skipped because {skipped[0]!r} was, although {done[0]!r} had succeeded; "
                f"the run of DAG {run.dag_id!r} is green",
                task_id=task.task_id,
            )


def _is_meant(task: TaskRunFacts, tasks: Mapping[str, TaskRunFacts]) -> bool:
    """Whether something has chosen to skip the task itself, or a static check says the same of the DAG."""
    above = [tasks[known] for known in task.upstream if known in tasks]
    if any(known.chooses and not known.is_branch for known in above):
        return True
    branches = {known.task_id for known in above if known.is_branch}
    if not branches.isdisjoint(task.parents):
        return True
    ways = [known for known in above if not branches.isdisjoint(known.parents)]
    return len(ways) > 1


def _has_result(done: list[str], tasks: Mapping[str, TaskRunFacts]) -> bool:
    return any(not tasks[above].is_branch for above in done)
