"""Run that waits for something which nobody provides.

## What it does
Reports a DAG whose run was left because a sensor, a trigger, another DAG's run or a human was awaited: nothing else
was at work, and nothing would have ended the wait in the time of `--timeout`.

## Why is this bad?
Nothing behind the wait has been tried. In production the wait may be right; here nobody will ever end it.

## What to do
Provide what is waited for (a file, another DAG's run), or point the sensor at something that exists by a param that
`--conf` can set.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity

FAILING = {
    # So that one is not kept waiting for two minutes.
    "pyproject.toml": "[tool.windtunnel]\ntimeout = 4\n",
    "dags/example.py": """\
from airflow.sdk import dag, task


@dag(schedule=None)
def patience():
    @task.sensor(poke_interval=1, timeout=3600)  # WT306
    def file_is_there() -> bool:
        return False

    file_is_there()


patience()
""",
}
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def patience():
    @task.sensor(poke_interval=1, timeout=3600)
    def file_is_there() -> bool:
        return True

    file_is_there()


patience()
"""


@check(
    "WT306",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="provide what is waited for, or set it by a param with --conf",
)
def endless_wait(run: RunFacts) -> Iterator[Complaint]:
    if not run.waiting:
        return
    waiting = [task for task in run.tasks if task.state not in ("success", "failed", "skipped", "upstream_failed")]
    who = ", ".join(repr(task.label) for task in waiting) or "no task that had been started"
    yield Complaint(
        waiting[0].location if waiting else run.location,
        f"the run of DAG {run.dag_id!r} would still be waiting in {who}; what follows is not judged",
        run.process.output[-2000:],
        task_id=waiting[0].task_id if waiting else "",
    )
