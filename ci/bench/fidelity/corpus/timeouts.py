"""Runs and tasks that are given less time than they need."""

import time
from datetime import timedelta

from airflow.sdk import DAG, task

TWO = timedelta(seconds=2)


@task
def after():
    pass


@task(trigger_rule="all_done")
def at_last():
    pass


# A run that is given less time than its task needs.
with DAG("dagrun_timeout", schedule=None, dagrun_timeout=timedelta(seconds=4)):

    @task
    def sleeps():
        time.sleep(30)

    sleeps() >> [after(), at_last()]

# The same, with a task that will not be told to end.
with DAG("dagrun_timeout_ignored_signal", schedule=None, dagrun_timeout=timedelta(seconds=4)):

    @task
    def sleeps():
        import signal

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(15)

    sleeps() >> after()

# A run that has more time than it needs.
with DAG("dagrun_timeout_not_reached", schedule=None, dagrun_timeout=timedelta(seconds=300)):
    after()

# A task that is given less time than it needs.
with DAG("execution_timeout", schedule=None):

    @task(execution_timeout=TWO)
    def sleeps():
        time.sleep(30)

    sleeps() >> [after(), at_last()]

# The same, and the second attempt is quick.
with DAG("execution_timeout_then_quick", schedule=None):

    @task(execution_timeout=TWO, retries=1, retry_delay=timedelta(seconds=1))
    def sleeps_once(ti):
        if ti.try_number == 1:
            time.sleep(30)

    sleeps_once() >> after()

# The task catches every exception, and goes on.
with DAG("execution_timeout_caught", schedule=None):

    @task(execution_timeout=TWO)
    def sleeps():
        try:
            time.sleep(30)
        except Exception:
            print("caught")

    sleeps() >> after()

# The task catches all that can be raised, and goes on.
with DAG("execution_timeout_caught_as_base", schedule=None):

    @task(execution_timeout=TWO)
    def sleeps():
        try:
            time.sleep(30)
        except BaseException:
            print("caught")

    sleeps() >> after()

# The time is spent waiting for a thread.
with DAG("execution_timeout_in_thread", schedule=None):

    @task(execution_timeout=TWO)
    def joins():
        import threading

        thread = threading.Thread(target=time.sleep, args=(6,), daemon=True)
        thread.start()
        thread.join()

    joins() >> after()

# The time is spent in a shell command.
with DAG("execution_timeout_in_bash", schedule=None):

    @task.bash(execution_timeout=TWO)
    def sleeps():
        return "sleep 30"

    sleeps() >> after()
