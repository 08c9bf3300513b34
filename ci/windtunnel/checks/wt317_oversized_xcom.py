"""XCom that is too large.

## What it does
Reports each value that a task pushes, in the form in which it is stored, that is larger than the setting
`max-xcom-bytes`. With an XCom backend of your own, what goes into the database is measured.

## Why is this bad?
XComs lie in Airflow's metadata database, which all schedulers and workers share. They are meant for a path or a count:
tables in them slow everything down, and each run leaves them there.

## What to do
Write the data to a file or a table, and push where it is. If the size is right, raise `--max-xcom-bytes`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import TaskRunFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def table():
    @task  # WT317
    def read() -> list:
        return list(range(20_000))

    read()


table()
"""
PASSING = FAILING.replace("20_000", "20").replace("  # WT317", "")


@check(
    "WT317",
    on=TaskRunFacts,
    severity=Severity.WARNING,
    remedy="write the data to a file or a table and push where it is, or raise --max-xcom-bytes",
)
def oversized_xcom(task: TaskRunFacts, settings: Settings) -> Iterator[Complaint]:
    most = settings.max_xcom_bytes
    for push in task.data.pushed:
        if push.size > most:
            what = "its result" if push.key == "return_value" else repr(push.key)
            size = f"{push.size:,} bytes as it is stored, more than {most:,}"
            yield Complaint(task.location, f"task {task.label!r} pushes {what}, a {push.type} of {size}")
