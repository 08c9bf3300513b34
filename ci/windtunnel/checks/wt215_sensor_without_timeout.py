"""Sensor without a timeout.

## What it does
Reports a sensor for which nobody has set a `timeout`, so that Airflow's default holds: seven days, or what
`AIRFLOW__SENSORS__DEFAULT_TIMEOUT` says in the environment of windtunnel. A `dagrun_timeout` of the DAG counts as a
bound; so does an `execution_timeout`, but for a sensor in mode "reschedule", where it bounds each look alone. Sensors
that wait for a time are left out: it surely comes.

## Why is this bad?
What does not come today keeps the run open for a week, and often a worker too. Nobody is told before that.

## What to do
Set `timeout` to the longest wait that still makes sense, in seconds. Some deferrable sensors look at
`execution_timeout` alone (ExternalTaskSensor of the standard provider 1.12): set both there.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts, TaskFacts
from windtunnel.findings import Complaint, Severity

_DAY = 86400

FAILING = """\
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG

with DAG("wait", schedule=None):
    FileSensor(task_id="wait_for_file", filepath="/data/ready")  # WT215
"""
PASSING = """\
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG

with DAG("wait", schedule=None):
    FileSensor(task_id="wait_for_file", filepath="/data/ready", timeout=2 * 60 * 60)
"""


@check("WT215", on=DagFacts, severity=Severity.WARNING, remedy="set timeout to the longest wait that makes sense")
def sensor_without_timeout(dag: DagFacts) -> Iterator[Complaint]:
    for task in dag.tasks if not dag.run_timeout else ():
        if task.sensor and not task.sensor.chosen and not task.sensor.clock and not _is_bounded(task):
            wait = f"{task.sensor.timeout / _DAY:g} days, Airflow's default"
            longer = ", or longer" if task.sensor.deferrable else ""  # some ask for execution_timeout alone
            message = f"sensor {task.task_id!r} sets no timeout: it may wait for {wait}{longer}"
            yield Complaint(task.location, message, task_id=task.task_id)


def _is_bounded(task: TaskFacts) -> bool:
    assert task.sensor is not None
    in_one_piece = task.sensor.mode == "poke" or task.sensor.deferrable
    return in_one_piece and task.limits.execution_timeout > 0
