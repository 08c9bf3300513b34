"""DAG file that needs something outside to load.

## What it does
Reports a DAG file that failed to load for want of a connection, a variable, an environment variable or the network.
windtunnel lets no file reach the network, loopback aside.

## Why is this bad?
It may load in production. But its DAGs have not been tried, and there it asks anew whenever the DAG processor reads it,
twice a minute: when what it asks is down, all DAGs of the file are gone.

## What to do
Ask inside the tasks, or by templates: `{{ var.value.name }}`. Connections and variables can be given in the
environment, as `AIRFLOW_CONN_<ID>` and `AIRFLOW_VAR_<NAME>`; `windtunnel inventory --stub` writes a file of all that
are asked for, with placeholders, for `windtunnel check --env-file`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._needs import way_out
from windtunnel.facts import DagFileFacts, End
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
from airflow.sdk import Variable, dag, task

BUCKET = Variable.get("bucket")  # WT104


@dag(schedule=None)
def report():
    @task
    def write() -> None:
        print(BUCKET)

    write()


report()
"""
PASSING = """\
from airflow.sdk import Variable, dag, task


@dag(schedule=None)
def report():
    @task
    def write() -> None:
        print(Variable.get("bucket", default="none"))

    write()


report()
"""


@check(
    "WT104",
    on=DagFileFacts,
    severity=Severity.WARNING,
    remedy="ask for it inside a task or by a template; or give it by AIRFLOW_CONN_<ID>, AIRFLOW_VAR_<NAME>",
)
def unmet_need_at_load(file: DagFileFacts) -> Iterator[Complaint]:
    if file.process.end is not End.COMPLETED:
        return
    for failure in file.failures:
        if failure.needs and not failure.wanted_to_write:  # of which WT109 speaks
            message = f"{file.path} needs {failure.needs} to load; its DAGs are not judged"
            yield Complaint(failure.location or Location(file.path), message, failure.traceback, way_out(failure.needs))
