"""Callbacks that raise, and hooks around a task's work."""

from airflow.exceptions import AirflowSkipException
from airflow.sdk import DAG, BaseOperator, task


def raises(context):
    raise RuntimeError("a callback that raises")


def exits(context):
    import os

    os._exit(5)


@task
def after():
    pass


def called_back(dag_id, kind, work, callback=raises):
    """A task with one callback, and a task behind it."""
    with DAG(dag_id, schedule=None):

        @task(**{kind: callback})
        def works():
            work()

        works() >> after()


def fail():
    raise ValueError("broken")


def skip():
    raise AirflowSkipException


# The callback of success raises.
called_back("callback_success_raises", "on_success_callback", lambda: None)

# The callback of failure raises.
called_back("callback_failure_raises", "on_failure_callback", fail)

# The callback of the start raises.
called_back("callback_execute_raises", "on_execute_callback", lambda: None)

# The callback of a skip raises.
called_back("callback_skipped_raises", "on_skipped_callback", skip)

# The callback of success ends the process.
called_back("callback_success_exits", "on_success_callback", lambda: None, exits)

# The callback of failure ends the process.
called_back("callback_failure_exits", "on_failure_callback", fail, exits)

# The callback of the start ends the process.
called_back("callback_execute_exits", "on_execute_callback", lambda: None, exits)

# What is called before the work raises.
called_back("pre_execute_raises", "pre_execute", lambda: None)

# What is called after the work raises.
called_back("post_execute_raises", "post_execute", lambda: None, lambda context, result: 1 / 0)

# What is called before the work skips.
called_back("pre_execute_skips", "pre_execute", lambda: None, lambda context: skip())

# The run's callback of success raises.
with DAG("dag_callback_success_raises", schedule=None, on_success_callback=raises):
    after()

# The run's callback of failure raises.
with DAG("dag_callback_failure_raises", schedule=None, on_failure_callback=raises):
    task(fail)()


class Unkillable(BaseOperator):
    """Raises when it is told to end."""

    def execute(self, context):
        import time

        time.sleep(30)

    def on_kill(self):
        raise RuntimeError("on_kill")


# The time is over, and on_kill raises.
with DAG("on_kill_raises", schedule=None):
    from datetime import timedelta

    Unkillable(task_id="works", execution_timeout=timedelta(seconds=2)) >> after()
