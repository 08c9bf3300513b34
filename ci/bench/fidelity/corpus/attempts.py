"""Tasks that are tried again: retries, their callbacks, and what an attempt knows of the one before."""

from datetime import timedelta

from airflow.exceptions import AirflowFailException
from airflow.sdk import DAG, task

AGAIN = {"retries": 1, "retry_delay": timedelta(seconds=1)}
attempts_of_this_process = 0


def raises(context):
    raise RuntimeError("a callback that raises")


# The first attempt fails, the second does not.
with DAG("retry_succeeds", schedule=None):

    @task(**AGAIN)
    def second_time_lucky(ti):
        if ti.try_number == 1:
            raise ValueError("the first attempt")

    @task
    def after():
        pass

    second_time_lucky() >> after()

# Every attempt fails.
with DAG("retry_exhausted", schedule=None):

    @task(retries=2, retry_delay=timedelta(seconds=1))
    def never_lucky():
        raise ValueError("always")

    @task
    def after():
        pass

    never_lucky() >> after()

# AirflowFailException ends the attempts at once.
with DAG("retry_forbidden_by_exception", schedule=None):

    @task(retries=2, retry_delay=timedelta(seconds=1))
    def gives_up(ti):
        if ti.try_number == 1:
            raise AirflowFailException("no use")

    gives_up()

# The callback between the attempts raises.
with DAG("retry_callback_raises", schedule=None):

    @task(**AGAIN, on_retry_callback=raises)
    def second_time_lucky(ti):
        if ti.try_number == 1:
            raise ValueError("the first attempt")

    second_time_lucky()

# An attempt that counts in a global variable: every attempt is a process of its own.
with DAG("retry_counts_in_a_global", schedule=None):

    @task(**AGAIN)
    def counts():
        global attempts_of_this_process
        attempts_of_this_process += 1
        if attempts_of_this_process < 2:
            raise ValueError("the first attempt of this process")

    counts()

# The first attempt is killed from outside Python, the second is not.
with DAG("retry_after_sigkill", schedule=None):

    @task(**AGAIN)
    def is_killed_once(ti):
        import os
        import signal

        if ti.try_number == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    is_killed_once()

# Waiting times that grow, up to a limit of a second.
with DAG("retry_with_backoff", schedule=None):

    @task(
        retries=2,
        retry_delay=timedelta(seconds=1),
        retry_exponential_backoff=True,
        max_retry_delay=timedelta(seconds=1),
    )
    def third_time_lucky(ti):
        if ti.try_number < 3:
            raise ValueError("too early")

    third_time_lucky()

# A skip in the first attempt is no failure: there is no second.
with DAG("retry_not_after_skip", schedule=None):

    @task(**AGAIN)
    def skips(ti):
        from airflow.exceptions import AirflowSkipException

        if ti.try_number == 1:
            raise AirflowSkipException

    @task
    def after():
        pass

    skips() >> after()

# XComs of the first attempt are gone in the second.
with DAG("retry_clears_xcom", schedule=None):

    @task(**AGAIN)
    def pushes_and_fails(ti):
        if ti.try_number == 1:
            ti.xcom_push(key="left", value=1)
            raise ValueError("after the push")
        if ti.xcom_pull(task_ids="pushes_and_fails", key="left") is not None:
            raise AirflowFailException("the first attempt's value is still there")

    pushes_and_fails()
