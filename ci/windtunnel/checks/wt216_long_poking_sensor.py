"""Sensor that sleeps on a worker.

## What it does
Reports a sensor in mode "poke" that looks every five minutes or more rarely. Deferrable sensors are left out, and those
whose class allows no other mode.

## Why is this bad?
In mode "poke" the sensor keeps its worker slot while it sleeps. A few of them can fill a pool, and then the tasks that
would make what they wait for cannot start.

## What to do
Set `mode="reschedule"`, which gives the slot back between two looks, or `deferrable=True` where the sensor has it.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import TaskFacts
from windtunnel.findings import Complaint, Severity

_LONG = 300.0
"""Seconds. To give a slot back and to start anew costs seconds: below a few minutes it may not be worth it."""

FAILING = """\
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG

with DAG("wait", schedule=None):
    FileSensor(task_id="wait_for_file", filepath="/data/ready", timeout=7200, poke_interval=600)  # WT216
"""
PASSING = """\
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG

with DAG("wait", schedule=None):
    FileSensor(task_id="wait_for_file", filepath="/data/ready", timeout=7200, poke_interval=600, mode="reschedule")
"""


@check("WT216", on=TaskFacts, severity=Severity.WARNING, remedy='set mode="reschedule", or deferrable=True')
def long_poking_sensor(task: TaskFacts) -> Iterator[Complaint]:
    sensor = task.sensor
    if sensor and sensor.mode == "poke" and sensor.movable and not sensor.deferrable and sensor.poke_interval >= _LONG:
        minutes = f"{sensor.poke_interval / 60:g} minutes"
        message = f"sensor {task.task_id!r} keeps a worker slot while it sleeps {minutes} between two looks"
        yield Complaint(task.location, message)
