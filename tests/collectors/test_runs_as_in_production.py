"""What a worker, a scheduler and a triggerer do with peculiar tasks, and dag.test() does not."""

from __future__ import annotations

import pytest

from windtunnel.engine import run
from windtunnel.facts import End, RunEnd
from windtunnel.settings import Settings

FILES = {
    "dags/processes.py": """\
import os
import signal
import time

from airflow.sdk import DAG, task

STATE = []

with DAG("apart", schedule=None):

    @task
    def changes() -> int:
        STATE.append("changed")
        os.environ["CHANGED"] = "yes"
        return os.getpid()

    @task
    def looks(other: int) -> None:
        assert not STATE
        assert "CHANGED" not in os.environ
        assert os.getpid() != other

    looks(changes())

with DAG("together", schedule=None):

    @task
    def waits_for_the_other() -> None:
        give_up = time.monotonic() + 20
        while not os.path.exists("sign"):
            assert time.monotonic() < give_up
            time.sleep(0.05)

    @task
    def gives_the_sign() -> None:
        open("sign", "w").close()

    waits_for_the_other()
    gives_the_sign()

with DAG("killed", schedule=None):

    @task
    def kills_itself() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    @task(retries=1)
    def leaves_once(ti=None) -> None:
        if ti.try_number == 1:
            os._exit(3)

    @task
    def crashes() -> None:
        import ctypes

        ctypes.string_at(0)

    @task
    def takes_memory() -> None:
        held = bytearray(2 << 30)
        time.sleep(60)

    kills_itself(), leaves_once(), crashes(), takes_memory()

with DAG("asks_the_database", schedule=None):

    @task
    def opens_a_session() -> None:
        from airflow.models import DagRun
        from airflow.utils.session import create_session

        with create_session() as session:
            session.query(DagRun).count()

    opens_a_session()
""",
    "dags/times.py": """\
import time
from datetime import timedelta

from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import DAG, BaseOperator, task
from airflow.triggers.base import BaseTrigger, TriggerEvent

with DAG("too_long", schedule=None, dagrun_timeout=timedelta(seconds=2)):

    @task
    def sleeps() -> None:
        time.sleep(300)

    sleeps()

with DAG("in_vain", schedule=None):
    PythonSensor(task_id="pokes", python_callable=lambda: False, timeout=3600)
    PythonSensor(task_id="comes_again", python_callable=lambda: False, timeout=3600, mode="reschedule")

with DAG("gives_up", schedule=None):
    PythonSensor(task_id="fails", python_callable=lambda: False, timeout=0.3)
    PythonSensor(task_id="skips", python_callable=lambda: False, timeout=0.3, soft_fail=True)

with DAG("crowded", schedule=None):

    @task(pool="a_pool_of_the_deployment")
    def fits() -> None: ...

    @task(pool_slots=1000)
    def wants_too_much() -> None: ...

    fits() >> wants_too_much()


class Silent(BaseTrigger):
    def serialize(self):
        return "times.Silent", {}

    async def run(self):
        if False:
            yield TriggerEvent(1)


class Says(BaseTrigger):
    def __init__(self, text):
        super().__init__()
        self.text = text

    def serialize(self):
        return "times.Says", {"text": self.text}

    async def run(self):
        yield TriggerEvent(self.text)


class Defer(BaseOperator):
    def __init__(self, trigger, **options):
        super().__init__(**options)
        self.trigger = trigger

    def execute(self, context):
        self.defer(trigger=self.trigger, method_name="resume", kwargs={"own": 1})

    def resume(self, context, own, event=None):
        assert (own, event) == (1, "hello")


with DAG("triggers", schedule=None):
    Defer(task_id="hears", trigger=Says("hello"))
    Defer(task_id="hears_nothing", trigger=Silent())
""",
    "dags/clock.py": """\
from datetime import datetime, timedelta, timezone

from airflow.providers.standard.sensors.date_time import DateTimeSensor, DateTimeSensorAsync
from airflow.providers.standard.sensors.time import TimeSensor
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor, WaitSensor
from airflow.sdk import DAG

NOW = datetime.now(timezone.utc)
MINUTES = timedelta(minutes=10)

with DAG("waits_for_the_clock", schedule=None):
    TimeDeltaSensor(task_id="delta", delta=timedelta(hours=2))
    TimeDeltaSensor(task_id="delta_deferred", delta=timedelta(hours=2), deferrable=True)
    TimeDeltaSensor(task_id="delta_in_vain", delta=timedelta(hours=2), timeout=0.3)
    DateTimeSensor(task_id="moment", target_time="{{ dag_run.run_after + macros.timedelta(hours=5) }}")
    DateTimeSensorAsync(task_id="moment_deferred", target_time=NOW + MINUTES)
    TimeSensor(task_id="time", target_time=(NOW + MINUTES).time())
    TimeSensor(task_id="time_deferred", target_time=(NOW + MINUTES).time(), deferrable=True)
    WaitSensor(task_id="asleep", time_to_wait=MINUTES)
    WaitSensor(task_id="asleep_deferred", time_to_wait=MINUTES, deferrable=True)
    WaitSensor(task_id="asleep_too_long", time_to_wait=MINUTES, execution_timeout=timedelta(seconds=1))

with DAG("waits_for_centuries", schedule=None):
    DateTimeSensorAsync(task_id="moment", target_time=datetime(2999, 1, 1, tzinfo=timezone.utc))
""",
    "dags/parent.py": """\
import os
import signal

from airflow.sdk import DAG, task

with DAG("ends_its_parent", schedule=None):

    @task
    def end() -> None:
        os.kill(os.getppid(), signal.SIGKILL)

    @task
    def after() -> None: ...

    end() >> after()
""",
    "dags/others.py": """\
from datetime import datetime, timedelta

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG, task

with DAG("awaits", schedule="@daily", start_date=datetime(2025, 1, 1)):
    (
        ExternalTaskSensor(task_id="a_run", external_dag_id="awaited")
        >> ExternalTaskSensor(
            task_id="a_task", external_dag_id="awaited", external_task_id="work", execution_delta=timedelta(hours=1)
        )
        >> TriggerDagRunOperator(task_id="its_end", trigger_dag_id="awaited", wait_for_completion=True)
    )
""",
    "dags/awaited.py": """\
from datetime import datetime

from airflow.sdk import DAG, task

with DAG("awaited", schedule="@daily", start_date=datetime(2025, 1, 1)):

    @task
    def work() -> None: ...

    work()
""",
    "dags/callbacks.py": """\
from airflow.sdk import DAG, task


def tell(context):
    raise ValueError("nobody hears this")


with DAG("told", schedule=None, on_success_callback=tell):

    @task(on_success_callback=[tell], on_execute_callback=print)
    def work() -> None: ...

    work()
""",
}


@pytest.fixture(scope="module")
def runs(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    for path, text in {"pyproject.toml": "", **FILES}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    report = run(Settings(root, select=("WT3",)), pools=pools)
    return {facts.dag_id: facts for facts in report.runs}


def states(runs, dag_id):
    return {task.label: task.state for task in runs[dag_id].tasks}


def failure(runs, dag_id, label):
    return next(task.failure for task in runs[dag_id].tasks if task.label == label)


def test_nothing_of_one_task_is_left_in_the_process_of_the_next(runs):
    assert states(runs, "apart") == {"changes": "success", "looks": "success"}


def test_tasks_that_need_each_other_alive_are_at_work_together(runs):
    assert states(runs, "together") == {"waits_for_the_other": "success", "gives_the_sign": "success"}


def test_a_process_that_ends_early_is_the_failure_of_its_task_alone(runs):
    assert runs["killed"].process.end is End.COMPLETED
    ended = {"kills_itself": "failed", "crashes": "failed", "takes_memory": "failed", "leaves_once": "success"}
    assert states(runs, "killed") == ended
    assert failure(runs, "killed", "kills_itself").summary == "its process was killed by SIGKILL"
    too_much = "its process was killed: the run used more than 1536 MiB of memory"
    assert failure(runs, "killed", "takes_memory").summary == too_much


def test_a_crash_is_told_at_the_users_line(runs):
    assert str(failure(runs, "killed", "crashes").location) == "dags/processes.py:56"


def test_a_task_has_no_way_to_the_metadata_database(runs):
    assert states(runs, "asks_the_database") == {"opens_a_session": "failed"}


def test_a_run_that_is_longer_than_its_dagrun_timeout_has_failed_and_its_task_is_skipped(runs):
    assert (runs["too_long"].state, states(runs, "too_long")) == ("failed", {"sleeps": "skipped"})


def test_a_run_that_only_waits_is_left(runs):
    assert runs["in_vain"].left is RunEnd.WAITING


def test_what_waits_for_nothing_but_the_clock_does_not_keep_a_run_waiting(runs):
    in_vain = {"delta_in_vain", "asleep_too_long"}
    seen = states(runs, "waits_for_the_clock")
    assert seen == {name: "failed" if name in in_vain else "success" for name in seen}
    assert len(seen) == 10
    assert runs["waits_for_centuries"].left is RunEnd.WAITING


def test_a_task_that_ends_its_parent_is_told_of_and_nothing_hangs(runs):
    run = runs["ends_its_parent"]
    assert (run.process.end, run.left) == (End.DIED, RunEnd.CUT_OFF)
    assert states(runs, "ends_its_parent") == {"end": "running", "after": ""}


def test_a_sensor_that_gives_up_by_itself_is_let(runs):
    assert states(runs, "gives_up") == {"fails": "failed", "skips": "skipped"}


def test_a_pool_that_a_task_names_is_there_and_one_that_is_too_small_leaves_the_task_for_ever(runs):
    assert states(runs, "crowded") == {"fits": "success", "wants_too_much": "scheduled"}
    assert runs["crowded"].left is RunEnd.STUCK


def test_a_deferred_task_comes_back_with_the_event_and_its_own_arguments(runs):
    hears = runs["triggers"].task("hears")
    assert (hears.state, hears.failure) == ("success", None)


def test_a_trigger_that_ends_without_an_event_is_the_failure_of_its_task(runs):
    assert states(runs, "triggers")["hears_nothing"] == "failed"


def test_the_runs_and_tasks_of_the_repository_that_sensors_wait_for_are_there(runs):
    assert states(runs, "awaits") == {"a_run": "success", "a_task": "success", "its_end": "success"}


def test_callbacks_are_called_and_what_they_raise_is_seen(runs):
    seen = {(call.task_id, call.kind, call.name): call.failure for call in runs["told"].callbacks}
    assert [(key, failure and failure.summary) for key, failure in sorted(seen.items())] == [
        (("", "on_success_callback", "tell"), "ValueError: nobody hears this"),
        (("work", "on_execute_callback", "print"), None),
        (("work", "on_success_callback", "tell"), "ValueError: nobody hears this"),
    ]
    assert runs["told"].state == "success"


def test_a_shell_that_a_task_starts_does_not_read_the_users_bashrc(tmp_path, monkeypatch):
    home, root = tmp_path / "home", tmp_path / "repository"
    (root / "dags").mkdir(parents=True)
    home.mkdir()
    (home / ".bashrc").write_text("sleep 300\n")
    (root / "dags" / "shell.py").write_text(
        "from airflow.providers.standard.operators.bash import BashOperator\n"
        "from airflow.sdk import DAG\n\n"
        'with DAG("shell", schedule=None):\n'
        '    BashOperator(task_id="says", bash_command="echo hello")\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SHLVL", raising=False)
    (seen,) = run(Settings(root, select=("WT3",), timeout=40)).runs
    assert seen.state == "success"
