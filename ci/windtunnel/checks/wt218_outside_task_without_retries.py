"""Tasks that talk to the outside, and are tried once.

## What it does
Lists the tasks of a DAG that talk to another system and for which nobody has set `retries`: not on the task, nor in
`default_args`, nor by `AIRFLOW__CORE__DEFAULT_TASK_RETRIES` in the environment of windtunnel. A `retries=0` is a
decision, and is left alone; so is a function whose text speaks of retries, or whose client repeats by itself (boto3).
How a task is known to talk to another system, WT217 says.

## Why is this bad?
Other systems are now and then not there for a moment. The first time fails the run, and somebody is called for what a
second try would have mended.

## What to do
Set `retries` in `default_args`; `retries=0` on a task that must not be tried twice.
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


@dag(schedule=None)
def fetch():  # WT218
    @task
    def download() -> int:
        return len(urllib.request.urlopen("https://example.com", timeout=60).read())

    download()


fetch()
"""
PASSING = """\
import urllib.request

from airflow.sdk import dag, task


@dag(schedule=None, default_args={"retries": 2})
def fetch():
    @task
    def download() -> int:
        return len(urllib.request.urlopen("https://example.com", timeout=60).read())

    download()


fetch()
"""


@check(
    "WT218",
    on=DagFacts,
    severity=Severity.WARNING,
    remedy='set "retries" in default_args, and retries=0 on what must not be tried twice',
)
def outside_task_without_retries(dag: DagFacts) -> Iterator[Complaint]:
    fragile = [
        task for task in dag.tasks if task.outside and not task.limits.retries and not task.limits.retries_chosen
    ]
    if fragile:
        yield from told(dag, fragile, "with no retries: Airflow tries it once")
