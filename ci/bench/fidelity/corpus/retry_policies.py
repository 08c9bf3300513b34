"""Retry policies, which came with Airflow 3.3."""

from datetime import timedelta

from airflow.sdk import DAG, ExceptionRetryPolicy, RetryAction, RetryRule, task

POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception=KeyError, action=RetryAction.FAIL, reason="no use"),
        RetryRule(exception=OSError, action=RetryAction.RETRY, retry_delay=timedelta(seconds=1)),
    ]
)

# The policy says that this exception ends the attempts.
with DAG("retry_policy_forbids", schedule=None):

    @task(retries=2, retry_delay=timedelta(seconds=1), retry_policy=POLICY)
    def first_a_key_error(ti):
        if ti.try_number == 1:
            raise KeyError("key")

    first_a_key_error()

# The policy says that this exception is tried again, sooner than retry_delay does.
with DAG("retry_policy_hurries", schedule=None):

    @task(retries=1, retry_delay=timedelta(minutes=30), retry_policy=POLICY)
    def first_a_connection_error(ti):
        if ti.try_number == 1:
            raise ConnectionError("refused")

    first_a_connection_error()

# The policy has no word for this exception: the ordinary retry happens.
with DAG("retry_policy_is_silent", schedule=None):

    @task(retries=1, retry_delay=timedelta(seconds=1), retry_policy=POLICY)
    def first_a_value_error(ti):
        if ti.try_number == 1:
            raise ValueError("value")

    first_a_value_error()

# A policy that wants another attempt, on a task that has no retries.
with DAG("retry_policy_without_retries", schedule=None):

    @task(retries=0, retry_policy=POLICY)
    def first_a_connection_error(ti):
        if ti.try_number == 1:
            raise ConnectionError("refused")

    first_a_connection_error()
