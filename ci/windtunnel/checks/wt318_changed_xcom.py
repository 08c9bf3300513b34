"""XCom that is another when it is pulled.

## What it does
Reads each value that a task pushes back as Airflow would give it to the next task, and compares: reports what is not
equal any more, where some task of the run has pulled it. Values of more than 64 KiB as stored are not compared, nor
are those of an XCom backend of your own.

## Why is this bad?
XComs are stored as JSON. The keys of a dict become strings, a member of an Enum inside a dataclass its value, a named
tuple a plain one: `totals[2024]` worked in the test of the function, and in the DAG it is a KeyError, or an empty sum.

## What to do
Hand over what JSON can hold (keys that are strings, plain lists), or turn it back where it is pulled.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def years():
    @task  # WT318
    def totals():
        return {2024: 3, 2025: 4}

    @task
    def report(totals: dict) -> None:
        print(totals.get(2024, 0))

    report(totals())


years()
"""
PASSING = (
    FAILING.replace("2024: 3, 2025: 4", '"2024": 3, "2025": 4')
    .replace("get(2024,", 'get("2024",')
    .replace("  # WT318", "")
)


@check(
    "WT318",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="hand over what JSON can hold, or turn it back where it is pulled",
)
def changed_xcom(run: RunFacts) -> Iterator[Complaint]:
    pulled: dict[tuple[str, str], str] = {}
    for task in run.tasks:
        pulled.update({(pull.task_id, pull.key): task.task_id for pull in task.data.pulled if pull.found})
    told: set[tuple[str, str]] = set()
    for task in run.tasks:
        for push in task.data.pushed:
            xcom = (task.task_id, push.key)
            if push.change and xcom in pulled and xcom not in told:
                told.add(xcom)
                what = "the result" if push.key == "return_value" else repr(push.key)
                message = f"task {pulled[xcom]!r} does not get {what} of task {task.task_id!r} as it was pushed"
                yield Complaint(task.location, f"{message}: {push.change}", task_id=task.task_id)
