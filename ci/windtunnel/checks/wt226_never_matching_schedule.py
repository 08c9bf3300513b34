"""Sensor that waits for a run which the other DAG never has.

## What it does
An ExternalTaskSensor waits for the run whose logical date is its own, or `execution_delta` earlier. Where both DAGs are
scheduled by cron expressions, their fields are compared over 28 years. Reports a sensor for whose dates the other DAG
never has a run. Left out are sensors with `execution_date_fn`, DAGs with any other schedule, and DAGs that a task of
the repository triggers: those may have runs of any date.

## Why is this bad?
The sensor waits until it times out, every time, and only runs that somebody starts by hand for that very moment help.

## What to do
Set `execution_delta` to the time from the other DAG's logical date to this one's, or choose the run in
`execution_date_fn`, or schedule the one by an asset of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from windtunnel.checks import check
from windtunnel.checks._between import dags_of
from windtunnel.checks._crons import meet, only_time
from windtunnel.facts import DagFacts, RepositoryFacts, TaskFacts
from windtunnel.findings import Complaint, Severity

_WRITER = """\
from airflow.sdk import DAG

with DAG("writer", schedule="0 5 * * *"):
    pass
"""
FAILING = {
    "dags/reader.py": """\
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("reader", schedule="0 6 * * *"):
    ExternalTaskSensor(task_id="wait", external_dag_id="writer", timeout=600)  # WT226
""",
    "dags/writer.py": _WRITER,
}
PASSING = {
    "dags/reader.py": """\
from datetime import timedelta

from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("reader", schedule="0 6 * * *"):
    ExternalTaskSensor(task_id="wait", external_dag_id="writer", execution_delta=timedelta(hours=1), timeout=600)
""",
    "dags/writer.py": _WRITER,
}


@check(
    "WT226",
    on=RepositoryFacts,
    severity=Severity.WARNING,
    remedy="set execution_delta to the time between the two logical dates, or choose the run in execution_date_fn",
)
def never_matching_schedule(repository: RepositoryFacts) -> Iterator[Complaint]:
    dags = dags_of(repository)
    triggered = {task.triggers for dag in dags.values() for task in dag.tasks}
    for dag in dags.values():
        for task in dag.tasks:
            other = dags.get(task.awaits)
            if other is not None and other.dag_id not in triggered and not _may_match(task, dag, other):
                yield Complaint(task.location, _told(task, dag, other), task_id=task.task_id)


def _may_match(task: TaskFacts, dag: DagFacts, other: DagFacts) -> bool:
    external, mine, theirs = task.external, dag.schedule.crons, other.schedule.crons
    if external is None or not external.fixed or not mine or not theirs:
        return True
    return any(meet(one, another, external.delta) for one in mine for another in theirs)


def _told(task: TaskFacts, dag: DagFacts, other: DagFacts) -> str:
    delta = task.external.delta if task.external is not None else 0
    wanted = f"{_time(delta)} before its own logical date" if delta else "at its own logical date"
    message = f"task {task.task_id!r} waits for the run of DAG {other.dag_id!r} {wanted}, and there never is one"
    both = " and ".join(f"{known.dag_id!r} runs at {_schedule(known)}" for known in (dag, other))
    return f"{message}: {both}{_advice(dag, other)}"


def _schedule(dag: DagFacts) -> str:
    return f"{dag.schedule.summary!r} ({', '.join(sorted({cron.zone for cron in dag.schedule.crons}))})"


def _time(minutes: float) -> str:
    return str(timedelta(minutes=minutes)) if minutes >= 0 else f"-{timedelta(minutes=-minutes)}"


def _advice(dag: DagFacts, other: DagFacts) -> str:
    """The delta that would do, where both fire once a day by the same clocks."""
    crons = (*dag.schedule.crons, *other.schedule.crons)
    times = [only_time(cron) for cron in crons]
    if len(crons) != 2 or None in times or crons[0].zone != crons[1].zone:
        return ""
    delta = (times[0] or 0) - crons[0].shift - (times[1] or 0) + crons[1].shift
    fits = meet(crons[0], crons[1], delta)
    return f"; execution_delta=timedelta(minutes={delta}) would find one" if fits and delta else ""
