"""DAGs that start runs of other DAGs."""

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, task


@task
def after():
    pass


@task
def breaks():
    raise ValueError("broken")


# A run that is waited for, and ends well.
with DAG("trigger_and_wait", schedule=None):
    (
        TriggerDagRunOperator(
            task_id="starts", trigger_dag_id="started_and_waited_for", wait_for_completion=True, poke_interval=1
        )
        >> after()
    )

# Started by trigger_and_wait.
with DAG("started_and_waited_for", schedule=None):
    after()

# A run that is not waited for.
with DAG("trigger_and_leave", schedule=None):
    TriggerDagRunOperator(task_id="starts", trigger_dag_id="started_and_left") >> after()

# Started by trigger_and_leave.
with DAG("started_and_left", schedule=None):
    after()

# A run that is waited for, and fails.
with DAG("trigger_and_wait_for_failure", schedule=None):
    (
        TriggerDagRunOperator(
            task_id="starts", trigger_dag_id="started_and_failing", wait_for_completion=True, poke_interval=1
        )
        >> after()
    )

# Started by trigger_and_wait_for_failure.
with DAG("started_and_failing", schedule=None):
    breaks() >> after()

# A run that is waited for by a trigger.
with DAG("trigger_and_defer", schedule=None):
    (
        TriggerDagRunOperator(
            task_id="starts",
            trigger_dag_id="started_and_deferred_for",
            wait_for_completion=True,
            deferrable=True,
            poke_interval=1,
        )
        >> after()
    )

# Started by trigger_and_defer.
with DAG("started_and_deferred_for", schedule=None):
    after()

# A DAG that is not there.
with DAG("trigger_nothing", schedule=None):
    TriggerDagRunOperator(task_id="starts", trigger_dag_id="fidelity_nowhere") >> after()

# The same run_id two times.
with DAG("trigger_same_run_twice", schedule=None):
    (
        TriggerDagRunOperator(task_id="starts", trigger_dag_id="started_twice", trigger_run_id="always_{{ run_id }}")
        >> TriggerDagRunOperator(
            task_id="starts_again", trigger_dag_id="started_twice", trigger_run_id="always_{{ run_id }}"
        )
        >> after()
    )

# The same run_id two times, which the second takes for a reason to skip.
with DAG("trigger_same_run_or_skip", schedule=None):
    (
        TriggerDagRunOperator(task_id="starts", trigger_dag_id="started_twice", trigger_run_id="skips_{{ run_id }}")
        >> TriggerDagRunOperator(
            task_id="starts_again",
            trigger_dag_id="started_twice",
            trigger_run_id="skips_{{ run_id }}",
            skip_when_already_exists=True,
        )
        >> after()
    )

# Started by trigger_same_run_twice and trigger_same_run_or_skip.
with DAG("started_twice", schedule=None):
    after()

# A run with a conf, on which the other DAG depends.
with DAG("trigger_with_conf", schedule=None):
    (
        TriggerDagRunOperator(
            task_id="starts",
            trigger_dag_id="started_with_conf",
            conf={"unit": "{{ dag.dag_id }}"},
            wait_for_completion=True,
            poke_interval=1,
        )
        >> after()
    )

# Started by trigger_with_conf; started by hand it fails.
with DAG("started_with_conf", schedule=None):

    @task
    def reads(dag_run):
        assert dag_run.conf["unit"] == "trigger_with_conf"

    reads()
