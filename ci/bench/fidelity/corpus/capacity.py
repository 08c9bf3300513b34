"""Pools, limits, weights: what holds a ready task back, and in which order tasks are taken."""

import time

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Variable, task

# A pool that does not exist: the task is scheduled for ever.
with DAG("missing_pool", schedule=None):

    @task(pool="fidelity_missing")
    def stays():
        pass

    @task
    def after():
        pass

    stays() >> after()

# More slots than the default pool has.
with DAG("slots_beyond_pool", schedule=None):

    @task(pool_slots=1000)
    def stays():
        pass

    stays()

# A task in a missing pool beside tasks that can run.
with DAG("missing_pool_beside_others", schedule=None):

    @task(pool="fidelity_missing")
    def stays():
        pass

    @task
    def runs():
        pass

    @task(trigger_rule="one_success")
    def after_either():
        pass

    [stays(), runs()] >> after_either()

# An operator without any work in a missing pool: the scheduler never sends it to a worker.
with DAG("missing_pool_of_empty_operator", schedule=None):
    EmptyOperator(task_id="passes", pool="fidelity_missing")

# One at a time, the heavy ones first, whatever the order in the file.
with DAG("priority_weights", schedule=None, max_active_tasks=1):

    @task
    def notes():
        return time.time()

    @task
    def judges(light, heavy, middle):
        assert heavy < middle < light

    judges(
        notes.override(task_id="a_light", priority_weight=1, weight_rule="absolute")(),
        notes.override(task_id="b_heavy", priority_weight=100, weight_rule="absolute")(),
        notes.override(task_id="c_middle", priority_weight=10, weight_rule="absolute")(),
    )

# Each of two tasks needs the other alive.
with DAG("two_that_need_each_other", schedule=None):

    @task
    def waits():
        for _ in range(150):
            if Variable.get("fidelity_called", default="") == "yes":
                Variable.delete("fidelity_called")
                return
            time.sleep(0.2)
        raise TimeoutError("nobody called")

    @task
    def calls():
        Variable.set("fidelity_called", "yes")

    waits()
    calls()

# The same, where only one task may run at a time: the first waits in vain.
with DAG("two_that_exclude_each_other", schedule=None, max_active_tasks=1):

    @task(priority_weight=10)
    def waits():
        for _ in range(10):
            if Variable.get("fidelity_called_too_late", default="") == "yes":
                return
            time.sleep(0.2)
        raise TimeoutError("nobody called")

    @task
    def calls():
        Variable.set("fidelity_called_too_late", "yes")

    @task(trigger_rule="all_done")
    def tidies():
        Variable.delete("fidelity_called_too_late")

    [waits(), calls()] >> tidies()

# Copies of a mapped task, one at a time in the whole DAG.
with DAG("max_active_tis_per_dag", schedule=None):

    @task(max_active_tis_per_dag=1)
    def one_at_a_time(number):
        started = time.time()
        time.sleep(0.3)
        return [started, time.time()]

    @task
    def judges(spans):
        ordered = sorted(spans)
        assert all(end <= start for (_, end), (start, _) in zip(ordered, ordered[1:], strict=False))

    judges(one_at_a_time.expand(number=[1, 2, 3]))

# The same, one at a time in each run.
with DAG("max_active_tis_per_dagrun", schedule=None):

    @task(max_active_tis_per_dagrun=1)
    def one_at_a_time(number):
        started = time.time()
        time.sleep(0.3)
        return [started, time.time()]

    @task
    def judges(spans):
        ordered = sorted(spans)
        assert all(end <= start for (_, end), (start, _) in zip(ordered, ordered[1:], strict=False))

    judges(one_at_a_time.expand(number=[1, 2, 3]))

# A queue that no worker serves: a LocalExecutor serves every queue.
with DAG("unserved_queue", schedule=None):

    @task(queue="fidelity_nobody")
    def runs():
        pass

    runs()

# A user that the machine does not have.
with DAG("run_as_absent_user", schedule=None):

    @task(run_as_user="fidelity_nobody_is_called_this")
    def runs():
        pass

    runs()
