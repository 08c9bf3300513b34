"""DAGs run by the real Airflow: states, attempts, tracebacks, and what a run on its own cannot give."""

from __future__ import annotations

import pytest

from windtunnel.collectors.saves import settle
from windtunnel.engine import run
from windtunnel.facts import End
from windtunnel.settings import Settings

FILES = {
    "dags/attempts.py": """\
from datetime import timedelta

from airflow.sdk import DAG, get_current_context, task

with DAG("attempts", schedule=None, default_args={"retry_delay": timedelta(hours=1)}):

    @task(retries=2, retry_exponential_backoff=True)
    def flaky(number: int) -> None:
        attempt = get_current_context()["ti"].try_number
        if number == 2 or (number == 1 and attempt < 3):
            raise ValueError("flaky")

    flaky.expand(number=[0, 1, 2])
""",
    "dags/paths.py": """\
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, setup, task, teardown

with DAG("branches", schedule=None):

    @task.branch
    def choose() -> str:
        return "left"

    choose() >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]

with DAG("nothing_to_map", schedule=None):

    @task
    def nothing() -> list:
        return []

    @task
    def each(item: int) -> int:
        return item

    @task
    def total(items: list) -> int:
        return sum(items)

    total(each.expand(item=nothing()))

with DAG("short", schedule=None):

    @task.short_circuit
    def stop() -> bool:
        return False

    stop() >> EmptyOperator(task_id="behind")

with DAG("bash", schedule=None):
    BashOperator(task_id="skips", bash_command="exit 99")
    BashOperator(task_id="fails", bash_command="exit 3")

with DAG("cleaned_up", schedule=None):

    @setup
    def begin() -> None:
        pass

    @teardown
    def end() -> None:
        raise ValueError("in the teardown")

    begin() >> EmptyOperator(task_id="work") >> end()
""",
    "dags/exits.py": """\
import sys

from airflow.sdk import DAG, task

with DAG("exits", schedule=None, default_args={"trigger_rule": "all_done"}):

    @task
    def exit_one() -> None:
        sys.exit(1)

    @task
    def interrupted() -> None:
        raise KeyboardInterrupt

    @task
    def chained() -> None:
        try:
            {}["x"]
        except KeyError as error:
            raise ValueError("second") from error

    @task
    def loud() -> None:
        for _ in range(40):
            print("x" * 50_000)

    @task
    def wild() -> None:
        import os
        import threading
        import time

        os.chdir("/")
        os.environ.clear()
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

    @task
    def afterwards() -> str:
        return "fine"

    exit_one() >> interrupted() >> chained() >> loud() >> wild() >> afterwards()

with DAG("killed", schedule=None):

    @task
    def before() -> None:
        pass

    @task
    def leave() -> None:
        import os

        os._exit(0)

    before() >> leave()
""",
    "dags/dates.py": """\
from datetime import datetime, timedelta

from airflow.sdk import DAG, Param, task


def make(dag_id, **options):
    with DAG(dag_id, **options):

        @task
        def work(ds: str, params: dict) -> None:
            assert ds

        work()


make("future", schedule="@daily", start_date=datetime(2099, 1, 1))
make("past", schedule="@daily", start_date=datetime(2001, 1, 1), end_date=datetime(2001, 2, 1))
make("often", schedule=timedelta(hours=6), start_date=datetime(2024, 1, 1), catchup=True)
make("defaults", schedule=None, params={"rows": Param(3, type="integer")})
make("asks", schedule=None, params={"rows": Param(type="integer")})
""",
    "dags/outside.py": """\
import os

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG, BaseHook, Variable, task

with DAG("outside", schedule=None, default_args={"trigger_rule": "all_done"}) as outside:

    @task
    def variable() -> None:
        Variable.get("nowhere")

    @task
    def connection() -> None:
        BaseHook.get_connection("nowhere")

    @task
    def environment() -> None:
        os.environ["NOWHERE"]

    @task
    def host() -> None:
        import urllib.request

        urllib.request.urlopen("http://example.com", timeout=5)

    @task
    def address() -> None:
        import socket

        socket.create_connection(("8.8.8.8", 53), 2)

    @task
    def caught():
        import urllib.request

        try:
            return urllib.request.urlopen("http://example.com", timeout=5).read()
        except OSError:
            return None

    @task
    def reads(answer) -> None:
        answer["x"]

    @task
    def loopback() -> None:
        import http.server
        import threading
        import urllib.request

        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        urllib.request.urlopen(f"http://localhost:{server.server_port}/").read()

    @task
    def mistake() -> None:
        {}["x"]

    variable(), connection(), environment(), host(), address(), loopback(), mistake()
    reads(caught())
    BashOperator(task_id="template", bash_command="echo {{ var.value.nowhere }}")
    ExternalTaskSensor(task_id="sensor", external_dag_id="elsewhere", timeout=0.2)
    TriggerDagRunOperator(task_id="triggers", trigger_dag_id="elsewhere")
""",
    "dags/deferred.py": """\
from airflow.sdk import DAG, Asset, BaseOperator, task
from airflow.triggers.base import BaseTrigger
from airflow.triggers.testing import SuccessTrigger


class Broken(BaseTrigger):
    def serialize(self):
        return "deferred.Broken", {}

    async def run(self):
        raise ValueError("in the trigger")
        yield


class Defer(BaseOperator):
    def __init__(self, trigger, **options):
        super().__init__(**options)
        self.trigger = trigger

    def execute(self, context):
        self.defer(trigger=self.trigger, method_name="resume")

    def resume(self, context, event=None):
        return "done"


with DAG("asset_events", schedule=None):
    AN_ASSET = Asset("s3://bucket/key")

    @task(inlets=[AN_ASSET])
    def latest(inlet_events) -> None:
        print(inlet_events[AN_ASSET][-1].extra)

    latest()

with DAG("deferred", schedule=None):
    Defer(task_id="well", trigger=SuccessTrigger())
    Defer(task_id="badly", trigger=Broken())
""",
}


@pytest.fixture(scope="module")
def runs(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    for path, text in {"pyproject.toml": "", **FILES}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    report = run(Settings(root, select=("WT3",)), pools=pools)
    assert settle(report.runs) == report.runs
    return {facts.dag_id: facts for facts in report.runs}


def task(runs, dag_id, label):
    return next(task for task in runs[dag_id].tasks if task.label == label)


def states(runs, dag_id):
    return {task.label: task.state for task in runs[dag_id].tasks}


def test_a_mapped_task_is_retried_item_by_item_without_its_delay(runs):
    seen = [(item.label, item.state, item.tries) for item in runs["attempts"].tasks]
    assert sorted(seen) == [("flaky[0]", "success", 1), ("flaky[1]", "success", 3), ("flaky[2]", "failed", 3)]
    assert runs["attempts"].process.seconds < 30


def test_a_task_that_succeeds_in_the_end_has_no_failure(runs):
    assert task(runs, "attempts", "flaky[1]").failure is None


def test_a_failed_task_has_the_users_traceback_and_line(runs):
    failure = task(runs, "attempts", "flaky[2]").failure
    assert failure.summary == "ValueError: flaky"
    assert str(failure.location) == "dags/attempts.py:11"
    assert failure.traceback.count('File "') == 1


@pytest.mark.parametrize(
    ("dag_id", "expected"),
    [
        ("branches", {"choose": "success", "left": "success", "right": "skipped"}),
        ("nothing_to_map", {"nothing": "success", "each": "skipped", "total": "skipped"}),
        ("short", {"stop": "success", "behind": "skipped"}),
        ("bash", {"skips": "skipped", "fails": "failed"}),
        ("cleaned_up", {"begin": "success", "work": "success", "end": "failed"}),
        ("future", {"work": "success"}),
        ("past", {"work": "success"}),
        ("often", {"work": "success"}),
        ("defaults", {"work": "success"}),
        ("deferred", {"well": "success", "badly": "failed"}),
    ],
)
def test_the_states_are_those_of_a_real_run(runs, dag_id, expected):
    assert states(runs, dag_id) == expected


def test_a_task_may_exit_interrupt_flood_and_wreck_the_process_and_the_next_one_runs(runs):
    assert states(runs, "exits") == {
        "exit_one": "failed",
        "interrupted": "failed",
        "chained": "failed",
        "loud": "success",
        "wild": "success",
        "afterwards": "success",
    }
    assert task(runs, "exits", "exit_one").failure.summary == "SystemExit: 1"
    assert task(runs, "exits", "chained").failure.summary == "ValueError: second"


def test_a_task_that_leaves_its_process_has_failed_and_the_run_goes_on(runs):
    assert runs["killed"].process.end is End.COMPLETED
    assert states(runs, "killed") == {"before": "success", "leave": "failed"}
    assert task(runs, "killed", "leave").failure.summary == "its process ended before its work was done"


def test_a_param_without_a_value_keeps_the_run_from_starting(runs):
    assert runs["asks"].failure.needs.startswith("a value for a param")


@pytest.mark.parametrize(
    ("label", "need"),
    [
        ("variable", "a variable"),
        ("template", "a variable"),
        ("connection", "a connection"),
        ("environment", "an environment variable ('NOWHERE')"),
        ("host", "the network (windtunnel lets no run reach the network: example.com)"),
        ("address", "the network (windtunnel lets no run reach the network: 8.8.8.8)"),
        ("reads", "the network (windtunnel lets no run reach the network: example.com)"),
        ("sensor", "what its sensor waits for"),
        ("triggers", "a DAG that this repository does not have (elsewhere)"),
    ],
)
def test_what_a_task_asks_of_the_outside_is_a_need_even_if_it_catches_the_refusal(runs, label, need):
    assert task(runs, "outside", label).unmet_need.startswith(need)


def test_an_event_of_an_asset_is_a_need(runs):
    assert task(runs, "asset_events", "latest").unmet_need.startswith("an event of an asset")


def test_loopback_can_be_reached(runs):
    assert task(runs, "outside", "loopback").state == "success"


def test_a_fault_of_the_users_own_is_no_need(runs):
    assert task(runs, "outside", "mistake").failure.summary == "KeyError: 'x'"
    assert task(runs, "outside", "mistake").unmet_need == ""


def test_an_exception_in_a_trigger_of_the_users_is_the_failure_of_its_task(runs):
    failure = task(runs, "deferred", "badly").failure
    assert (failure.summary, str(failure.location)) == ("ValueError: in the trigger", "dags/deferred.py:11")
    assert failure.needs == ""


SLOW_LOOK = """\
import time

from airflow.sdk import DAG, BaseSensorOperator


class Slow(BaseSensorOperator):
    def poke(self, context) -> bool:
        time.sleep(6)
        return True


with DAG("slow_look", schedule=None):
    Slow(task_id="looks", timeout=43_200)
"""


def test_a_sensor_does_not_wait_for_as_long_as_its_first_look_takes(examine):
    report = examine({"dags/slow_look.py": SLOW_LOOK}, select=("WT30",))
    assert [(finding.code, finding.message) for finding in report.findings] == []
    assert report.runs[0].states == {"looks": "success"}
