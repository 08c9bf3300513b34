"""Sensors: those that see what they wait for, and those that never do."""

from datetime import datetime, timedelta, timezone

from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.providers.standard.sensors.bash import BashSensor
from airflow.providers.standard.sensors.date_time import DateTimeSensor
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import DAG, PokeReturnValue, task

QUICK = {"poke_interval": 1, "timeout": 3}


@task
def after():
    pass


@task(trigger_rule="all_done")
def at_last():
    pass


def never():
    return False


def two_seconds_old(dag_run):
    return datetime.now(timezone.utc) - dag_run.start_date > timedelta(seconds=2)


def fails():
    raise AirflowFailException("no use")


def skips():
    raise AirflowSkipException("not today")


def breaks():
    raise ValueError("broken")


# A poking sensor whose time runs out.
with DAG("poke_timeout", schedule=None):
    PythonSensor(task_id="waits", python_callable=never, **QUICK) >> [after(), at_last()]

# A rescheduling sensor whose time runs out.
with DAG("reschedule_timeout", schedule=None):
    PythonSensor(task_id="waits", python_callable=never, mode="reschedule", **QUICK) >> after()

# A poking sensor whose time runs out, and that skips then.
with DAG("poke_timeout_soft_fail", schedule=None):
    PythonSensor(task_id="waits", python_callable=never, soft_fail=True, **QUICK) >> [after(), at_last()]

# The same, rescheduling.
with DAG("reschedule_timeout_soft_fail", schedule=None):
    PythonSensor(task_id="waits", python_callable=never, soft_fail=True, mode="reschedule", **QUICK) >> after()

# A sensor whose time runs out has no second attempt, whatever its retries.
with DAG("sensor_timeout_is_not_retried", schedule=None):
    (
        PythonSensor(task_id="waits", python_callable=never, retries=2, retry_delay=timedelta(seconds=1), **QUICK)
        >> after()
    )

# A rescheduling sensor that sees what it waits for at its third look.
with DAG("reschedule_succeeds", schedule=None):
    (
        PythonSensor(task_id="waits", python_callable=two_seconds_old, mode="reschedule", poke_interval=1, timeout=60)
        >> after()
    )

# A poking sensor that sees what it waits for at its third look.
with DAG("poke_succeeds", schedule=None):
    PythonSensor(task_id="waits", python_callable=two_seconds_old, poke_interval=1, timeout=60) >> after()

# A sensor whose look raises.
with DAG("poke_raises", schedule=None):
    PythonSensor(task_id="waits", python_callable=breaks, **QUICK) >> after()

# A sensor whose look raises, and that skips on failure: for an error of any kind it does not.
with DAG("poke_raises_soft_fail", schedule=None):
    PythonSensor(task_id="waits", python_callable=breaks, soft_fail=True, **QUICK) >> after()

# A sensor that gives up of itself, and that skips on failure.
with DAG("poke_gives_up_soft_fail", schedule=None):
    PythonSensor(task_id="waits", python_callable=fails, soft_fail=True, **QUICK) >> after()

# A sensor whose look skips.
with DAG("poke_skips", schedule=None):
    PythonSensor(task_id="waits", python_callable=skips, **QUICK) >> [after(), at_last()]

# A sensor whose look raises, and that is told never to fail.
with DAG("poke_never_fails", schedule=None):
    PythonSensor(task_id="waits", python_callable=breaks, never_fail=True, **QUICK) >> after()

# A sensor whose execution_timeout is over before its timeout.
with DAG("sensor_execution_timeout", schedule=None):
    (
        PythonSensor(
            task_id="waits", python_callable=never, poke_interval=1, timeout=60, execution_timeout=timedelta(seconds=2)
        )
        >> after()
    )

# A sensor that hands a value on.
with DAG("sensor_value", schedule=None):

    @task.sensor(poke_interval=1, timeout=10)
    def waits():
        return PokeReturnValue(is_done=True, xcom_value=[1, 2])

    @task
    def takes(value):
        assert value == [1, 2]

    takes(waits())

# A sensor whose looks are further and further apart.
with DAG("sensor_backoff", schedule=None):
    PythonSensor(
        task_id="waits",
        python_callable=two_seconds_old,
        exponential_backoff=True,
        mode="reschedule",
        poke_interval=1,
        timeout=60,
    )

# A mapped sensor, one of whose copies waits in vain.
with DAG("mapped_sensor", schedule=None):
    PythonSensor.partial(task_id="waits", python_callable=lambda is_there: is_there, mode="reschedule", **QUICK).expand(
        op_args=[[True], [False], [True]]
    ) >> [after(), at_last()]

# A file that never comes.
with DAG("file_never_comes", schedule=None):
    FileSensor(task_id="waits", filepath="/nobody/writes/this", **QUICK) >> after()

# A shell command that never says yes.
with DAG("bash_sensor_never", schedule=None):
    BashSensor(task_id="waits", bash_command="exit 1", **QUICK) >> after()

# A shell command that says that there is no use in waiting.
with DAG("bash_sensor_gives_up", schedule=None):
    BashSensor(task_id="waits", bash_command="exit 100", retry_exit_code=1, **QUICK) >> after()

# A moment that has passed.
with DAG("moment_passed", schedule=None):
    DateTimeSensor(task_id="waits", target_time=datetime(2020, 1, 1, tzinfo=timezone.utc), **QUICK) >> after()

# A span after the data interval: with a logical date given, it is over at once or soon.
with DAG("time_delta", schedule=None):
    TimeDeltaSensor(task_id="waits", delta=timedelta(seconds=1), poke_interval=1, timeout=60) >> after()

# A DAG that is not there, and whose existence is asked for.
with DAG("external_dag_missing", schedule=None):
    ExternalTaskSensor(task_id="waits", external_dag_id="fidelity_nowhere", check_existence=True, **QUICK) >> after()

# A DAG that is not there, and whose existence is not asked for.
with DAG("external_dag_never_runs", schedule=None):
    ExternalTaskSensor(task_id="waits", external_dag_id="fidelity_nowhere", **QUICK) >> after()

# A task of this very run that has run before.
with DAG("external_task_of_itself", schedule=None):
    after() >> ExternalTaskSensor(
        task_id="waits",
        external_dag_id="external_task_of_itself",
        external_task_id="after",
        poke_interval=1,
        timeout=20,
    )

# A task of this very run that has failed before.
with DAG("external_task_failed", schedule=None):

    @task
    def broken():
        raise ValueError

    broken() >> ExternalTaskSensor(
        task_id="waits",
        external_dag_id="external_task_failed",
        external_task_id="broken",
        failed_states=["failed"],
        trigger_rule="all_done",
        poke_interval=1,
        timeout=20,
    )
