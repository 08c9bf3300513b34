"""Secret that everybody can read.

## What it does
Takes the passwords of the connections and the values of the variables with secret names that the environment or
`--env-file` gives (AIRFLOW_CONN_*, AIRFLOW_VAR_*), and looks for them in the last lines of each task's log and in its
rendered fields, as Airflow shows them: what it masks is no finding. Values of fewer than six characters, and plain
words, are not looked for.

## Why is this bad?
Logs and rendered fields can be read by everybody who may look at the DAG, are kept for months, and are shipped to
other systems.

## What to do
Do not print it. Take the secret from the connection or the variable inside the task, so that Airflow knows and masks
it, or tell it with `airflow.sdk.log.mask_secret`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import TaskRunFacts
from windtunnel.findings import Complaint, Severity

_SETTINGS = '[tool.windtunnel]\nenv-file = "test.env"\n'
_DAG = """\
import os

from airflow.sdk import dag, task


@dag(schedule=None)
def upload():
    @task  # WT319
    def send() -> None:
        print("sending with", os.environ["AIRFLOW_VAR_UPLOAD_TOKEN"])

    send()


upload()
"""
_ENVIRONMENT = "AIRFLOW_VAR_UPLOAD_TOKEN=tk-20-canary-7\n"
FAILING = {"dags/example.py": _DAG, "pyproject.toml": _SETTINGS, "test.env": _ENVIRONMENT}
PASSING = {
    **FAILING,
    "dags/example.py": _DAG.replace("import os\n\n", "")
    .replace("dag, task", "Variable, dag, task", 1)
    .replace('os.environ["AIRFLOW_VAR_UPLOAD_TOKEN"]', 'Variable.get("upload_token")')
    .replace("  # WT319", ""),
}


@check(
    "WT319",
    on=TaskRunFacts,
    severity=Severity.WARNING,
    remedy="do not print it; take it from the connection or the variable inside the task, so that Airflow masks it",
)
def leaked_secret(task: TaskRunFacts) -> Iterator[Complaint]:
    for leak in task.data.leaks:
        yield Complaint(task.location, f"task {task.label!r} shows {leak.secret} in {leak.place}")
