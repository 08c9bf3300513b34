"""Correct code in many styles, through real Airflow: the checks of the wiring must have nothing to say of it."""

from __future__ import annotations

WIRING = ("WT209", *(f"WT21{number}" for number in range(10)))
HEAD = """\
import os
from datetime import time, timedelta

from airflow.sdk import DAG, BaseSensorOperator, Label, TaskGroup, dag, setup, task, task_group, teardown
from airflow.providers.standard.operators.branch import BaseBranchOperator
from airflow.providers.standard.operators.datetime import BranchDateTimeOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor

def empty(*names):
    return [EmptyOperator(task_id=name) for name in names]

"""
BRANCHES = (
    HEAD
    + """
from include.shared import choose_shared

def by_environment():
    return os.environ.get("NOPE", "nothing")

def to_the_end(**context):
    return "end" if context else "left"

for number, function in enumerate([by_environment, to_the_end, choose_shared, lambda: "right"]):
    with DAG(f"branch_{number}", schedule=None) as made:
        left, right = empty("left", "right")
        end = EmptyOperator(task_id="end", trigger_rule="none_failed")
        BranchPythonOperator(task_id="branch", python_callable=function) >> [left, right] >> end
    globals()[f"made_{number}"] = made

for name in ("x", "y"):
    with DAG(f"loop_{name}", schedule=None):

        @task.branch
        def choose():
            return "only_x" if name == "x" else "common"

        chosen = choose()
        chosen >> empty("common")
        if name == "x":
            chosen >> EmptyOperator(task_id="only_x")

with DAG("conditional", schedule=None):

    @task.branch
    def choose():
        if os.environ.get("SPECIAL"):
            return ["special", "step_9"]
        return "common"

    chosen = choose()
    chosen >> EmptyOperator(task_id="common")
    for step in range(int(os.environ.get("STEPS", "2"))):
        chosen >> EmptyOperator(task_id=f"step_{step}")
    if os.environ.get("SPECIAL"):
        chosen >> EmptyOperator(task_id="special")

with DAG("group", schedule=None):

    @task.branch(task_id="pick")
    def choose(x=None):
        return "inner" if x else ["inner.work", "other"]

    @task_group
    def inner():
        @task
        def work():
            pass

        work()

    chosen = choose()
    chosen >> Label("yes") >> inner()
    chosen >> EmptyOperator(task_id="other")

with DAG("mapped", schedule=None):

    @task.branch
    def choose(x):
        return "b"

    choose.expand(x=[1, 2]) >> EmptyOperator(task_id="a") >> EmptyOperator(task_id="b")

class OwnBranch(BaseBranchOperator):
    def choose_branch(self, context):
        return self.task_id if context else "a"

with DAG("own", schedule=None):
    OwnBranch(task_id="own") >> empty("a", "b")
"""
)
SHARED = """\
def choose_shared(dag=None):
    return "only_elsewhere" if dag.dag_id == "elsewhere" else "left"
"""
SETUPS = (
    HEAD
    + """
with DAG("taskflow", schedule=None):

    @setup
    def make():
        pass

    @teardown
    def remove():
        pass

    @task
    def work():
        pass

    made, removed = make(), remove()
    made >> work() >> removed
    made >> removed

with DAG("scope", schedule=None):
    s, t = empty("s", "t")
    with s.as_setup() >> t.as_teardown():
        EmptyOperator(task_id="a") >> EmptyOperator(task_id="b")

with DAG("behind", schedule=None):
    s, w, after, t = empty("s", "w", "after", "t")
    s >> w >> t.as_teardown(setups=s)
    w >> after
"""
)
SENSORS = (
    HEAD
    + """
class Short(BaseSensorOperator):
    def __init__(self, **options):
        super().__init__(timeout=7 * 86400, **options)

    def poke(self, context):
        return True

with DAG("sensors", schedule=None):
    FileSensor(task_id="a_week_on_purpose", filepath="x", timeout=timedelta(days=7))
    PythonSensor(task_id="bounded", python_callable=lambda: True, execution_timeout=timedelta(hours=1))
    TimeDeltaSensor(task_id="clock", delta=timedelta(hours=1))
    FileSensor.partial(task_id="mapped", timeout=60).expand(filepath=["a", "b"])
    FileSensor(task_id="reschedules", filepath="x", timeout=60, poke_interval=900, mode="reschedule")
    Short(task_id="by_its_class")

with DAG("by_default", schedule=None, default_args={"timeout": 60}):
    FileSensor.partial(task_id="mapped").expand(filepath=["a", "b"])
"""
)
OUTSIDE = (
    HEAD
    + """
import urllib.request
from urllib.parse import quote

with DAG("bounded", schedule=None, default_args={"retries": 1, "execution_timeout": timedelta(minutes=1)}):

    @task
    def plain():
        urllib.request.urlopen("x")

    @task(retries=0)
    def once():
        urllib.request.urlopen("x")

    @task
    def mapped(x):
        urllib.request.urlopen(x)

    plain()
    once()
    mapped.expand(x=["a", "b"])

with DAG("alone", schedule=None):

    @task
    def local():
        return quote("x")

    @task(retries=0, execution_timeout=timedelta(minutes=1))
    def once():
        urllib.request.urlopen("x")

    local()
    once()

with DAG("counted", schedule=None, max_active_tasks=4):

    @task
    def count():
        return [1]

    @task
    def work(x):
        pass

    work.expand(x=count())

with DAG("pooled", schedule=None):
    work.override(pool="small").expand(x=count())
    work.override(max_active_tis_per_dag=2).expand(x=count())
    work.expand(x=[1, 2, 3])
"""
)
SHARING = (
    HEAD
    + """
with DAG("sharing", schedule=None):
    common = {"mode": "full"}
    for name in ("a", "b"):
        PythonOperator(task_id=name, python_callable=print, op_kwargs=common)
    for name in ("c", "d"):
        own = {}
        own["name"] = name
        PythonOperator(task_id=name, python_callable=print, op_kwargs=own)
    made = []
    for name in ("e", "f"):
        made.append(PythonOperator(task_id=name, python_callable=print, op_kwargs=common))

arguments = {"retries": 1}
for name in ("x", "y"):
    arguments["owner"] = name
    with DAG(f"copied_{name}", schedule=None, default_args=arguments):
        empty("a")
"""
)
FAULTS = (
    HEAD
    + """
with DAG("faults", schedule=None, default_args={"poke_interval": 600}):

    @task
    def count():
        return [1]

    FileSensor.partial(task_id="mapped").expand(filepath=count())
    FileSensor(task_id="each_look", filepath="x", mode="reschedule", execution_timeout=timedelta(hours=1))
    BranchDateTimeOperator(
        task_id="date",
        follow_task_ids_if_true=["aa"],
        follow_task_ids_if_false="b",
        target_lower=None,
        target_upper=time(12),
    ) >> empty("a", "b")

arguments = {"op_kwargs": {}}
for name in ("x", "y"):
    arguments["op_kwargs"]["name"] = name
    with DAG(f"made_{name}", schedule=None, default_args=arguments):
        PythonOperator(task_id="a", python_callable=print)
"""
)


def test_correct_code_in_many_styles_is_not_complained_of(examine):
    texts = {"branches": BRANCHES, "setups": SETUPS, "sensors": SENSORS, "outside": OUTSIDE, "sharing": SHARING}
    files = {f"dags/{name}.py": text for name, text in texts.items()}
    report = examine({**files, "include/shared.py": SHARED}, select=(*WIRING, "WT101"))
    assert [(finding.code, str(finding.location), finding.message) for finding in report.findings] == []


def test_mapped_tasks_default_args_and_arguments_are_judged_as_they_will_be(examine):
    report = examine({"dags/faults.py": FAULTS}, select=(*WIRING, "WT101"))
    assert {(finding.code, finding.task_id) for finding in report.findings} == {
        ("WT210", "date"),
        ("WT214", "mapped"),
        ("WT215", "mapped"),
        ("WT215", "each_look"),
        ("WT216", "mapped"),
        ("WT219", ""),
    }
