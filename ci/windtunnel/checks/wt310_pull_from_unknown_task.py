"""XCom pulled from a task that the DAG has not.

## What it does
Reports each `xcom_pull` of a run, in Python or in a template, that names a task which is not in the DAG. A pull with a
`default` of its own, from another DAG or from earlier runs is not judged, nor is one of a task that the file makes
under other conditions.

## Why is this bad?
Nothing fails: the pull gives None, and the task goes on with that.

## What to do
Name the task as the DAG knows it: inside a task group its id begins with that of the group. If there need not be such
a task, say so with `default=`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._between import guess
from windtunnel.facts import End, RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task, task_group


@dag(schedule=None)
def sums():
    @task_group
    def source():
        @task
        def extract() -> list:
            return [1, 2]

        return extract()

    @task
    def total(ti=None) -> None:
        print(ti.xcom_pull(task_ids="extract"))  # WT310

    source() >> total()


sums()
"""
PASSING = FAILING.replace('task_ids="extract"))  # WT310', 'task_ids="source.extract"))')


@check(
    "WT310",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="name the task as the DAG knows it; say default= if there need not be one",
)
def pull_from_unknown_task(run: RunFacts) -> Iterator[Complaint]:
    if run.process.end is not End.COMPLETED or run.failure is not None:  # then not all tasks are known
        return
    known = {task.task_id for task in run.tasks}
    told: set[tuple[str, object]] = set()
    for task in run.tasks:
        for pull in task.data.pulled:
            location = pull.location or task.location
            if pull.task_id in known or pull.optional or pull.expected or (pull.task_id, location) in told:
                continue
            told.add((pull.task_id, location))
            yield Complaint(
                location,
                f"task {task.label!r} pulls an XCom of a task {pull.task_id!r}, which DAG {run.dag_id!r} does not have"
                f"{_meant(pull.task_id, known)}: it gets None",
                task_id=task.task_id,
            )


def _meant(wrong: str, known: set[str]) -> str:
    in_groups = sorted(task_id for task_id in known if task_id.rpartition(".")[2] == wrong)
    return f", did you mean {in_groups[0]!r}?" if in_groups else guess(wrong, known)
