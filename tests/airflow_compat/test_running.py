"""What a DAG is made to do so that its run waits for nothing, with the real classes of the Airflow installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest

# Importing Airflow makes a home and a configuration, so it is done in a process that has its own.
QUESTIONS = """
import json, logging
from datetime import datetime, timedelta, timezone

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Variable, task

from windtunnel.airflow_compat import listening, running
from windtunnel.airflow_compat.dagbag import may_wait, store
from windtunnel.airflow_compat.references import triggered_dag
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.filesystem import FileSensor

utc, answers = timezone.utc, {}
with DAG("a", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=utc)) as dag:
    plain = EmptyOperator(task_id="plain", retries=3, retry_delay=timedelta(hours=1), retry_exponential_backoff=True)
    sensor = FileSensor(task_id="sensor", filepath="x", poke_interval=60)
    mapped = FileSensor.partial(task_id="mapped", retries=1).expand(filepath=["x"])
    trigger = TriggerDagRunOperator(task_id="trigger", trigger_dag_id="other")
    templated = TriggerDagRunOperator(task_id="templated", trigger_dag_id="{{ params.x }}")
for one in dag.tasks:
    running.stop_waiting(one)
answers["pauses"] = [plain.retry_delay.total_seconds(), bool(plain.retry_exponential_backoff), plain.retries]
answers["poke"] = sensor.poke_interval
answers["mapped"] = mapped.partial_kwargs["retry_delay"].total_seconds()
answers["waits"] = [one.task_id for one in dag.tasks if may_wait(one)]
answers["triggers"] = [triggered_dag(one) for one in (trigger, templated, plain)]
answers["storable"] = store(dag).reason
answers["now"] = abs((running.living_date(dag) - datetime.now(utc)).total_seconds()) < 60
future, past = datetime(2099, 1, 1, tzinfo=utc), datetime(2001, 1, 1, tzinfo=utc)
with DAG("future", schedule=None, start_date=future) as dag:
    EmptyOperator(task_id="only")
running._bring_to_life(dag)
answers["future"] = (dag.start_date <= datetime.now(utc), dag.tasks[0].start_date <= datetime.now(utc))
with DAG("past", schedule=None, start_date=past, end_date=past) as dag:
    EmptyOperator(task_id="only")
answers["past"] = running.living_date(dag).year


class Broken:
    def task_started(self, *seen):
        raise ZeroDivisionError


class Instance:
    task, state = None, "running"


try:
    listening._listener(Broken()).on_task_instance_running(None, Instance())
except Exception:
    answers["fault"] = "an exception, which Airflow would log and forget"
except BaseException as fault:
    answers["fault"] = repr(fault.__cause__)
print("ANSWERS" + json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):

    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(QUESTIONS)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ANSWERS" in done.stdout, done.stderr
    return json.loads(done.stdout.rpartition("ANSWERS")[2])


def test_retries_keep_their_number_and_lose_their_pauses(answers):
    assert answers["pauses"] == [0.0, False, 3]
    assert answers["mapped"] == 0.0


def test_sensors_ask_again_almost_at_once(answers):
    assert answers["poke"] < 1


def test_sensors_and_triggers_of_other_dags_may_wait_mapped_or_not(answers):
    assert answers["waits"] == ["sensor", "mapped", "trigger", "templated"]


def test_the_dag_that_a_task_triggers_is_known_where_it_is_not_a_template(answers):
    assert answers["triggers"] == ["other", "", ""]


def test_a_dag_is_run_now_or_at_the_last_date_at_which_it_is_alive(answers):
    assert (answers["now"], answers["past"]) == (True, 2001)


def test_a_dag_that_starts_in_the_future_starts_now(answers):
    assert answers["future"] == [True, True]


def test_a_plain_dag_can_be_stored(answers):
    assert answers["storable"] == ""


def test_a_fault_of_our_own_listener_is_not_one_that_airflow_swallows(answers):
    assert answers["fault"] == "ZeroDivisionError()"
