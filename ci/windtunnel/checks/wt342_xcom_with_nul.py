"""XCom that PostgreSQL cannot store.

## What it does
Reports values that a task pushes in which some text has the character 0 (`"\\x00"`).

## Why is this bad?
windtunnel runs on SQLite, which stores it. A metadata database on PostgreSQL, as most deployments have it, refuses it:
the task fails there when its work is done.

## What to do
Take the character out (`text.replace("\\x00", "")`; it comes from padded fields and from bytes read as text), or write
the value to a file and push where it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import TaskRunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def names():
    @task  # WT342
    def read() -> str:
        return b"Ada\\x00\\x00".decode()

    read()


names()
"""
PASSING = FAILING.replace(".decode()", '.decode().rstrip("\\x00")').replace("  # WT342", "")


@check(
    "WT342",
    on=TaskRunFacts,
    severity=Severity.WARNING,
    remedy="take the character out, or write the value to a file and push where it is",
)
def xcom_with_nul(task: TaskRunFacts) -> Iterator[Complaint]:
    for push in task.data.pushed:
        if push.has_nul:
            what = "its result" if push.key == "return_value" else repr(push.key)
            message = f"task {task.label!r} pushes {what} with the character 0 in it, which PostgreSQL does not store"
            yield Complaint(task.location, message)
