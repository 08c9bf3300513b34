"""Task that needs what a run on its own cannot give.

## What it does
Reports a task that failed for want of a connection, a variable (Airflow's or the environment's), a param, the network,
or what its sensor waits for. windtunnel lets no run reach the network, loopback aside; a task that was refused it, or
that has data from one that was, is not judged.

## Why is this bad?
It may be right in production. But the task, and all that follows it, has not been tried: this is no green verdict.

## What to do
Connections and variables can be given in the environment, as `AIRFLOW_CONN_<ID>` and `AIRFLOW_VAR_<NAME>`, or in a file
with `--env-file`, which `windtunnel inventory --stub` writes with placeholders; params with `--conf`; all of these in
files below `windtunnel.d`, for all DAGs or for one. There a DAG can be let reach hosts too (`network`), and there lies
what servers have answered, as a recording of vcrpy's (`recordings/<dag_id>.yaml`). A server on loopback can stand in
for a service as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._needs import ALLOW, way_out
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def outside():
    @task
    def ask() -> None:
        from airflow.sdk import BaseHook

        BaseHook.get_connection("warehouse")  # WT308

    ask()


outside()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def outside():
    @task
    def ask() -> None:
        print("no need to ask")

    ask()


outside()
"""


@check(
    "WT308",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="give it by AIRFLOW_CONN_<ID>, AIRFLOW_VAR_<NAME> or --conf, or stand in for it on loopback",
)
def unmet_need(run: RunFacts) -> Iterator[Complaint]:
    if run.failure is not None and run.failure.needs:
        message = f"DAG {run.dag_id!r} needs {run.failure.needs}; it was not run"
        way = way_out(run.failure.needs)
        yield Complaint(run.failure.location or run.location, message, run.failure.traceback, way)
    behind = [task.label for task in run.tasks if task.state == "upstream_failed"]
    unjudged = f"; not judged either: {', '.join(behind)}" if behind else ""
    for task in run.tasks:
        if task.failure is not None and task.unmet_need:
            location = task.failure.location or task.location
            message = f"task {task.label!r} needs {task.unmet_need}; it is not judged{unjudged}"
            way = ALLOW if task.unmet_need.startswith("the network") else way_out(task.unmet_need)
            yield Complaint(location, message, task.failure.traceback, way, task_id=task.task_id)
