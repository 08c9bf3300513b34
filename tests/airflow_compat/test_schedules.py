"""What is asked of Airflow's timetables and operators about schedules and other DAGs, by real ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

QUESTIONS = """
import json
from dataclasses import asdict
from datetime import datetime, timedelta

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import ShortCircuitOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
from airflow.sdk import DAG, Asset, AssetAlias, TaskGroup
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.interval import CronDataIntervalTimetable
from airflow.timetables.trigger import CronTriggerTimetable, MultipleCronTriggerTimetable

from windtunnel.airflow_compat.dagbag import store
from windtunnel.airflow_compat.references import awaited_dag, consumed_assets, groups_of, references_of, triggered_dag
from windtunnel.airflow_compat.schedules import schedule_of, tell_naive_starts

tell_naive_starts()
ZONE = "Europe/Berlin"


def scheduled(dag):
    return schedule_of(dag, store(dag).dag)


def told(schedule, start=None, **more):
    if start is None:
        start = pendulum.datetime(2025, 1, 1, tz=ZONE)
    with DAG("one", schedule=schedule, start_date=start, **more) as dag:
        EmptyOperator(task_id="only")
    facts = scheduled(dag)
    assert not facts.failure, facts.failure
    return facts


def changes(schedule):
    return [(c.wall[5:7], c.wall[11:], c.times, [run[11:16] + run[19:] for run in c.runs])
            for c in told(schedule).clock_changes]


def assets(schedule):
    with DAG("one", schedule=schedule) as dag:
        pass
    return [list(asdict(asset).values()) for asset in consumed_assets(dag)]


answers = {"changes": {cron: changes(cron) for cron in ("30 2 * * *", "30 2,3 * * *", "0 * * * *", "0 6 * * *")}}
answers["intervals"] = changes(CronDataIntervalTimetable("*/30 1-3 * * *", ZONE))
answers["several"] = changes(MultipleCronTriggerTimetable("0 2 * * *", "0 7 * * *", timezone=ZONE))
answers["utc"] = changes(CronTriggerTimetable("30 2 * * *", timezone="UTC"))
answers["crons"] = [
    [asdict(cron) for cron in told(schedule).crons]
    for schedule in ("15 6 1 * 1-5", "0 0 L * *", timedelta(days=1), None, "0 0 * * 5#2")
]
answers["shift"] = told(CronTriggerTimetable("0 6 * * *", timezone="UTC", interval=timedelta(hours=2))).crons[0].shift
answers["naive"] = [
    told("@daily", start=datetime(2025, 1, 1)).naive_start,
    told("@daily").naive_start,
    told("@daily", default_args={"start_date": datetime(2025, 1, 1)}).naive_start,
    told(CronTriggerTimetable("@daily", timezone=ZONE), start=datetime(2025, 1, 1)).naive_start,
]
with DAG("by_default", schedule="@daily", default_args={"start_date": datetime(2025, 1, 1)}) as dag:
    EmptyOperator(task_id="only")
answers["naive by default"] = scheduled(dag).naive_start
with DAG("none", schedule="@daily") as dag:
    EmptyOperator(task_id="only")
answers["none"] = [scheduled(dag).naive_start, scheduled(dag).wants_start, len(scheduled(dag).next_runs)]
with DAG("task", schedule="@daily") as dag:
    EmptyOperator(task_id="only", start_date=pendulum.datetime(2099, 1, 1))
answers["task"] = scheduled(dag).next_runs[0]
answers["alike"] = [
    told("0 6 * * *", start, end_date=end).next_runs[:1]
    for start, end in [
        (pendulum.datetime(2025, 1, 1), None),
        (pendulum.datetime(2025, 1, 2), None),
        (pendulum.datetime(2099, 1, 1), None),
        (pendulum.datetime(2025, 1, 1), pendulum.datetime(2025, 2, 1)),
        (pendulum.datetime(2099, 1, 1, tz=ZONE), None),
    ]
]

both = Asset("a", "s3://x/a") | (Asset("b") & Asset("c"))
answers["assets"] = [assets(one) for one in (both, AssetAlias("al"), Asset.ref(name="n"), Asset.ref(uri="s3://u/u"))]
timed = AssetOrTimeSchedule(timetable=CronTriggerTimetable("@daily", timezone="UTC"), assets=[Asset("t")])
answers["timed"] = assets(timed)

with DAG("refer", schedule=None) as dag:
    with TaskGroup("outer"), TaskGroup("inner"):
        EmptyOperator(task_id="deep")
    wait = dict(task_id="wait", external_dag_id="other")
    tasks = [
        ExternalTaskSensor(**wait),
        ExternalTaskSensor(**{**wait, "task_id": "b"}, external_task_id="t", execution_delta=timedelta(hours=2)),
        ExternalTaskSensor(**{**wait, "task_id": "c"}, external_task_group_id="g", execution_date_fn=lambda d: d),
        ExternalTaskSensor(**{**wait, "task_id": "d"}, external_task_ids=["{{ params.t }}", "u"]),
        ExternalTaskSensor(**{**wait, "task_id": "e"}, allowed_states=["running"]),
        ExternalTaskSensor.partial(**{**wait, "task_id": "f"}).expand(external_task_id=["a", "b"]),
        ExternalTaskSensor.partial(**{**wait, "task_id": "g"}).expand(poke_interval=[1, 2]),
        ExternalTaskMarker(task_id="h", external_dag_id="other", external_task_id="t"),
    ]
    mapped = TriggerDagRunOperator.partial(task_id="m", trigger_dag_id="other", pool="p").expand(conf=[{}])
    once = TriggerDagRunOperator(task_id="once", trigger_dag_id="other", logical_date="{{ logical_date }}")
    again = TriggerDagRunOperator(task_id="again", trigger_dag_id="other")
    stop = ShortCircuitOperator(task_id="stop", python_callable=lambda: True, queue="q")
    makes = EmptyOperator.partial(task_id="makes", outlets=[Asset("o")]).expand(doc=["x"])
answers["external"] = [list(asdict(references_of(task)["external"]).values()) for task in tasks]
answers["awaited"] = [[awaited_dag(task), references_of(task)["marks"]] for task in tasks[-3:]]
answers["mapped"] = [triggered_dag(mapped), references_of(mapped)["pool"], references_of(mapped)["queue"]]
answers["may skip"] = [references_of(task)["may_skip"] for task in (stop, once, again, makes)]
answers["queue"] = [references_of(task)["queue"] for task in (stop, tasks[0])]
answers["makes"] = [asset.name for asset in references_of(makes)["produces"]]
answers["groups"] = groups_of(dag)
print("ANSWERS" + json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    done = subprocess.run(
        [sys.executable, "-c", QUESTIONS], env=environment, capture_output=True, text=True, check=False
    )
    assert "ANSWERS" in done.stdout, done.stderr
    return json.loads(done.stdout.rpartition("ANSWERS")[2])


def at(answers, month):
    return {tuple(change[1:3]): change[3] for change in answers if change[0] == month}


def test_a_run_at_a_time_that_the_clocks_skip_starts_an_hour_later(answers):
    assert at(answers["changes"]["30 2 * * *"], "03") == {("02:30", 0): ["03:30+02:00"]}


def test_a_run_that_would_start_together_with_another_one_is_lost(answers):
    assert at(answers["changes"]["30 2,3 * * *"], "03") == {("02:30", 0): []}


def test_a_run_at_a_time_that_the_clocks_show_twice_starts_at_the_second(answers):
    assert at(answers["changes"]["30 2 * * *"], "10") == {("02:30", 2): ["02:30+01:00"]}


def test_each_change_of_two_years_is_told(answers):
    assert len(answers["changes"]["30 2 * * *"]) == 4
    assert [change[1] for change in answers["several"]] == ["02:00"] * 4


def test_an_hourly_schedule_and_one_at_another_time_of_day_are_never_out_of_the_ordinary(answers):
    assert answers["changes"]["0 * * * *"] == answers["changes"]["0 6 * * *"] == answers["utc"] == []


def test_an_interval_behind_the_skipped_hour_that_airflow_loses_is_told(answers):
    assert at(answers["intervals"], "03") == {("02:00", 0): [], ("02:30", 0): [], ("03:30", 1): []}


def test_a_cron_expression_is_taken_apart_where_it_is_plain(answers):
    assert [len(crons) for crons in answers["crons"]] == [1, 0, 0, 0, 0]
    assert answers["crons"][0][0] == {
        "expression": "15 6 1 * 1-5",
        "zone": "Europe/Berlin",
        "offsets": [60, 120],
        "minutes": [15],
        "hours": [6],
        "days": [1],
        "months": list(range(1, 13)),
        "weekdays": [1, 2, 3, 4, 5],
        "shift": 0,
    }
    assert answers["shift"] == 120


def test_a_start_date_without_a_zone_is_seen_although_airflow_gives_it_one(answers):
    assert answers["naive"] == [True, False, False, False]
    assert answers["naive by default"] is True


def test_airflows_cron_schedules_do_without_a_start_date(answers):
    assert answers["none"] == [False, False, 5]


def test_the_start_dates_of_tasks_count_as_they_do_for_the_scheduler(answers):
    assert answers["task"].startswith("2099-01-01")


def test_of_dags_with_one_expression_each_has_the_runs_that_its_own_dates_and_zone_give_it(answers):
    first, later, in_future, ended, elsewhere = answers["alike"]
    assert first == later != ended == []
    assert in_future == ["2099-01-01T06:00:00+00:00"]
    assert elsewhere == ["2099-01-01T05:00:00+00:00"]


def test_assets_of_a_schedule_are_known_with_whether_one_alone_starts_a_run(answers):
    (a, b, c), *others = answers["assets"]
    assert a == ["a", "s3://x/a", False, True, False]
    assert [b[3], c[3]] == [False, False]
    (alias,), (by_name,), (by_uri,) = others
    assert [alias[:3], by_name[:3], by_uri[:3]] == [["al", "", True], ["n", "", False], ["", "s3://u/u", False]]
    assert [asset[0] for asset in answers["timed"]] == ["t"]


def test_what_a_sensor_waits_for_is_known_where_no_template_function_or_mapping_decides(answers):
    assert answers["external"] == [
        ["other", [], "", True, 0.0, True, True],
        ["other", ["t"], "", False, 120.0, True, True],
        ["other", [], "g", False, 0.0, False, True],
        ["other", ["u"], "", False, 0.0, True, True],
        ["other", [], "", True, 0.0, True, False],
        ["other", [], "", False, 0.0, True, True],
        ["other", [], "", True, 0.0, True, True],
        ["other", ["t"], "", False, 0.0, True, True],
    ]


def test_a_marker_waits_for_nothing(answers):
    assert answers["awaited"] == [["other", ""], ["other", ""], ["", "other"]]


def test_a_mapped_task_is_known_by_what_all_its_instances_share(answers):
    assert answers["mapped"] == ["other", "p", "default"]
    assert answers["makes"] == ["o"]


def test_short_circuits_and_triggers_of_one_run_may_skip_and_queues_are_known(answers):
    assert answers["may skip"] == [True, True, False, False]
    assert answers["queue"] == ["q", "default"]


def test_a_task_group_holds_the_tasks_at_any_depth(answers):
    assert answers["groups"] == [["outer", ["outer.inner.deep"]], ["outer.inner", ["outer.inner.deep"]]]
