"""Task that goes on without the answer that it asked for.

## What it does
Reports a task that ended well although it was refused the network: its code, or a library's below it, has caught the
refusal. windtunnel lets no run reach the network, loopback aside, but where you say so.

## Why is this bad?
What the task does when the other side answers has not been tried; nor has what follows it, with real data. It may be
meant: then this run has shown that the task can do without.

## What to do
Let the DAG reach the host (`network` in a file below `windtunnel.d`), or let it hear what the host has answered before:
a recording of vcrpy's, `windtunnel.d/recordings/<dag_id>.yaml`. A server on loopback can stand in for the host as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._needs import ALLOW
from windtunnel.facts import TaskRunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import urllib.request

from airflow.sdk import dag, task


@dag(schedule=None)
def rates():
    @task
    def rate() -> str:
        try:
            return urllib.request.urlopen("http://rates.example.com/").read().decode()  # WT340
        except OSError:
            return "1.0"

    rate()


rates()
"""
PASSING = """\
import urllib.request

from airflow.sdk import dag, task


@dag(schedule=None)
def rates():
    @task
    def rate() -> str:
        try:
            return urllib.request.urlopen("http://localhost:9/").read().decode()
        except OSError:
            return "1.0"

    rate()


rates()
"""


@check("WT340", on=TaskRunFacts, severity=Severity.NOTICE, remedy=ALLOW)
def unanswered_request(task: TaskRunFacts) -> Iterator[Complaint]:
    asked = {line: host for host, line in reversed(task.refused) if line is not None}
    for line, host in asked.items() if task.state == "success" else ():
        message = f"task {task.label!r} was kept from {host} and went on; what it does with an answer is not tried"
        yield Complaint(line, message)
