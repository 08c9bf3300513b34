"""Setup and teardown, failing in each place; and fail_fast."""

import time

from airflow.exceptions import AirflowSkipException
from airflow.sdk import DAG, Variable, task, task_group, teardown


def fail():
    raise ValueError("broken")


def skip():
    raise AirflowSkipException


def prepares(task_id="prepares"):
    return task(lambda: None, task_id=task_id)().as_setup()


def fails_to_prepare():
    return task(fail, task_id="fails_to_prepare")().as_setup()


def skips_preparing():
    return task(skip, task_id="skips_preparing")().as_setup()


def tidies(task_id="tidies"):
    return task(lambda: None, task_id=task_id)().as_teardown()


def fails_to_tidy():
    return task(fail, task_id="fails_to_tidy")().as_teardown()


@task
def works():
    pass


@task
def fails():
    raise ValueError("broken")


def around(dag_id, before, work, after):
    """Setup, work, teardown, and a task behind the work."""
    with DAG(dag_id, schedule=None):
        first, middle, last = before(), work(), after()
        first >> middle >> last
        first >> last
        middle >> works.override(task_id="goes_on")()


# All is well.
around("setup_and_teardown", prepares, works, tidies)

# The work fails: the teardown runs, the run has failed.
around("setup_work_fails", prepares, fails, tidies)

# The setup fails: neither work nor teardown runs.
around("setup_fails", fails_to_prepare, works, tidies)

# The setup skips.
around("setup_skips", skips_preparing, works, tidies)

# The teardown fails: the run does not mind.
around("teardown_fails", prepares, works, fails_to_tidy)

# The teardown fails, and the run is told to mind.
with DAG("teardown_fails_and_matters", schedule=None):
    first = prepares()
    last = task(fail, task_id="fails_to_tidy")().as_teardown(setups=first, on_failure_fail_dagrun=True)
    first >> works() >> last

# Two setups, one of which fails.
with DAG("setup_one_of_two_fails", schedule=None):
    both, last = [prepares(), fails_to_prepare()], tidies()
    both >> works() >> last
    both >> last

# Nothing but a setup and a teardown.
with DAG("setup_without_work", schedule=None):
    prepares() >> tidies()

# A teardown without a setup, behind a failure.
with DAG("teardown_without_setup", schedule=None):
    fails() >> tidies()

# The teardown is the only leaf, the work before it fails.
with DAG("teardown_as_only_leaf", schedule=None):
    first, last = prepares(), tidies()
    first >> fails() >> last
    first >> last

# A setup within a setup.
with DAG("setup_within_setup", schedule=None):
    outer, inner = prepares("outer"), prepares("inner")
    inner_end, outer_end = tidies("inner_end"), tidies("outer_end")
    outer >> inner >> fails() >> inner_end >> outer_end
    inner >> inner_end
    outer >> outer_end

# A task behind the teardown, which the failed teardown lets pass.
with DAG("task_behind_teardown", schedule=None):
    first, last = prepares(), fails_to_tidy()
    first >> works() >> last >> works.override(task_id="behind")()
    first >> last

# A group with its own setup and teardown; the work in it fails, what comes behind the group does not run.
with DAG("setup_in_group", schedule=None):

    @task_group
    def group():
        first, last = prepares(), tidies()
        first >> fails() >> last
        first >> last

    group() >> works.override(task_id="behind")()

# By a `with`.
with DAG("setup_as_context", schedule=None):
    with prepares() >> tidies():
        works() >> fails()

# A mapped group with setup and teardown, one of whose copies fails.
with DAG("setup_in_mapped_group", schedule=None):

    @task
    def divides(number):
        return 1 / number

    @task_group
    def mapped(number):
        first, last = prepares(), tidies()
        first >> divides(number) >> last
        first >> last

    mapped.expand(number=[1, 0])

# A mapped teardown.
with DAG("teardown_mapped", schedule=None):

    @teardown
    def tidies_one(number):
        return 1 / number

    first = prepares()
    last = tidies_one.expand(number=[1, 0])
    first >> works() >> last
    first >> last

# The work is skipped: the teardown runs.
with DAG("teardown_behind_skip", schedule=None):

    @task
    def skips():
        raise AirflowSkipException

    first, last = prepares(), tidies()
    first >> skips() >> last
    first >> last

# One task fails while another is at work, and others have not begun.
with DAG("fail_fast", schedule=None, fail_fast=True):

    @task
    def fails_when_the_other_sleeps():
        for _ in range(150):
            if Variable.get("fidelity_asleep", default="") == "yes":
                Variable.delete("fidelity_asleep")
                raise ValueError("first")
            time.sleep(0.2)

    @task
    def sleeps():
        Variable.set("fidelity_asleep", "yes")
        time.sleep(40)

    sleeps() >> works()
    fails_when_the_other_sleeps() >> works.override(task_id="behind")()

# The same with a setup and a teardown, which runs.
with DAG("fail_fast_and_teardown", schedule=None, fail_fast=True):
    first, last = prepares(), tidies()
    first >> fails() >> works() >> last
    first >> last

# A failure that is tried again does not end the run.
with DAG("fail_fast_and_retry", schedule=None, fail_fast=True):
    from datetime import timedelta

    @task(retries=1, retry_delay=timedelta(seconds=1))
    def second_time_lucky(ti):
        if ti.try_number == 1:
            raise ValueError("the first attempt")

    @task
    def beside():
        time.sleep(3)

    second_time_lucky() >> works()
    beside()
