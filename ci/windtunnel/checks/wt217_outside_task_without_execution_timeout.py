"""Tasks that talk to the outside, with nothing to end them.

## What it does
Lists the tasks of a DAG that talk to another system and have no `execution_timeout`, in a DAG without
`dagrun_timeout`. That a task talks to another system is known by the connection of its operator, or by the calls in the
text of its function (`requests.get`, `smtplib.SMTP`, a hook). A task that sets any timeout of its own is left out, and
so are clients that have one by default (httpx, boto3), and sensors.

## Why is this bad?
Many clients wait for ever by default. An answer that does not come keeps the task running, its slot taken and the run
open, until somebody looks.

## What to do
Set `execution_timeout` in `default_args`, or the timeout of the client.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._outside import told
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import urllib.request

from airflow.sdk import dag, task


@dag(schedule=None, default_args={"retries": 2})
def fetch():  # WT217
    @task
    def download() -> int:
        return len(urllib.request.urlopen("https://example.com").read())

    download()


fetch()
"""
PASSING = """\
import urllib.request
from datetime import timedelta

from airflow.sdk import dag, task


@dag(schedule=None, default_args={"retries": 2, "execution_timeout": timedelta(minutes=10)})
def fetch():
    @task
    def download() -> int:
        return len(urllib.request.urlopen("https://example.com").read())

    download()


fetch()
"""


@check(
    "WT217",
    on=DagFacts,
    severity=Severity.WARNING,
    remedy='set "execution_timeout" in default_args, or the timeout of the client',
)
def outside_task_without_execution_timeout(dag: DagFacts) -> Iterator[Complaint]:
    endless = [
        task
        for task in dag.tasks
        if task.outside and not task.sensor and not task.limits.execution_timeout and not task.limits.bounds_itself
    ]
    if endless and not dag.run_timeout:
        yield from told(dag, endless, "with no execution_timeout: Airflow never ends it")
