"""Which tasks are said to select by an empty data interval, through real Airflow."""

from __future__ import annotations

from windtunnel.airflow_compat.environment import without_airflow

CRON_INTERVALS = "AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS"
DAGS = """\
from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task
from airflow.timetables.interval import CronDataIntervalTimetable

BOTH = "select --from '{{ data_interval_start }}' --to '{{ data_interval_end }}'"
ONE = "select --from '{{ data_interval_end - macros.timedelta(days=1) }}' --to '{{ data_interval_end }}'"


def dag_with(dag_id, schedule, command=BOTH):
    with DAG(dag_id, schedule=schedule, start_date=datetime(2026, 1, 1), catchup=False) as made:
        BashOperator(task_id="select", bash_command=command)
    return made


def start_of(context):
    return context["data_interval_start"]


def ends_of(context):
    return start_of(context), context["data_interval_end"]


def widened(start, end):
    return (start, end) if start < end else (end - timedelta(days=1), end)


cron = dag_with("cron", "0 6 * * *")
delta = dag_with("delta", timedelta(days=1))
whole = dag_with("whole", CronDataIntervalTimetable("0 6 * * *", timezone="UTC"))
by_hand = dag_with("by_hand", None)
one_end = dag_with("one_end", "0 6 * * *", ONE)

with DAG("by_context", schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False):

    @task
    def select(**context):
        return context["data_interval_end"] - context["data_interval_start"]

    @task
    def takes_care(data_interval_start=None, data_interval_end=None):
        if data_interval_start == data_interval_end:
            return data_interval_end - timedelta(days=1), data_interval_end
        return data_interval_start, data_interval_end

    @task
    def sets_anew(data_interval_start=None, data_interval_end=None):
        data_interval_start = data_interval_end - timedelta(days=1)
        return data_interval_start, data_interval_end

    @task
    def only_tells(data_interval_start=None, data_interval_end=None, ds=None):
        print(f"from {data_interval_start} to {data_interval_end}")
        return ds

    @task
    def through_helpers(**context):
        return ends_of(context)

    @task
    def careful_helper(data_interval_start=None, data_interval_end=None):
        return widened(data_interval_start, data_interval_end)

    through_helpers()
    careful_helper()
    takes_care()
    sets_anew()
    only_tells()

    @task.bash(env={"AT": "{{ data_interval_start }}"})
    def mapped(name):
        return "echo " + name

    select()
    mapped.expand(name=["a", "b"])
"""


def test_both_ends_are_told_where_the_schedule_is_of_points_in_time(examine):
    report = examine({"dags/select.py": DAGS}, select=("WT231",))
    assert sorted((found.dag_id, found.task_id) for found in report.findings) == [
        ("by_context", "select"),
        ("by_context", "through_helpers"),
        ("cron", "select"),
        ("delta", "select"),
    ]
    assert next(found.message for found in report.findings if found.dag_id == "cron") == (
        "task 'select' goes from data_interval_start to data_interval_end, which are the same in every run: "
        "the schedule '0 6 * * *' is of points in time"
    )


def test_a_deployment_may_say_that_its_crons_cover_intervals():
    assert without_airflow({CRON_INTERVALS: "True"}) == {CRON_INTERVALS: "True"}
    assert without_airflow({CRON_INTERVALS: "maybe"}) == {}
