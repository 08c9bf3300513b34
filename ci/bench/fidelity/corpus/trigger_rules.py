"""Every trigger rule, behind every mixture of states."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TriggerRule, task

RULES = [rule for rule in sorted(TriggerRule, key=str) if rule != "all_done_setup_success"]


@task
def succeeds():
    pass


@task
def fails():
    raise ValueError("broken")


@task
def skips():
    from airflow.exceptions import AirflowSkipException

    raise AirflowSkipException


def rules_behind(dag_id, *kinds):
    """A DAG with one task for each rule, all of them behind tasks that end so."""
    with DAG(dag_id, schedule=None):
        before = [kind.override(task_id=f"{kind.function.__name__}_{n}")() for n, kind in enumerate(kinds)]
        for rule in RULES:
            before >> EmptyOperator(task_id=f"{rule.value}", trigger_rule=rule)


# Two that succeed.
rules_behind("rules_behind_success", succeeds, succeeds)

# Two that fail.
rules_behind("rules_behind_failure", fails, fails)

# Two that skip.
rules_behind("rules_behind_skip", skips, skips)

# One that succeeds and one that fails.
rules_behind("rules_behind_success_and_failure", succeeds, fails)

# One that succeeds and one that skips.
rules_behind("rules_behind_success_and_skip", succeeds, skips)

# One that fails and one that skips.
rules_behind("rules_behind_failure_and_skip", fails, skips)

# One of each.
rules_behind("rules_behind_each", succeeds, fails, skips)

# Behind one that never ran because another failed, and one that succeeds.
with DAG("rules_behind_upstream_failed", schedule=None):
    unreached = EmptyOperator(task_id="unreached")
    fails() >> unreached
    for rule in RULES:
        [unreached, succeeds.override(task_id=f"before_{rule.value}")()] >> EmptyOperator(
            task_id=f"{rule.value}", trigger_rule=rule
        )

# The failure stands before the last task, which runs whatever happens: the run is a success.
with DAG("failure_behind_all_done", schedule=None):

    @task(trigger_rule="all_done")
    def cleans_up():
        pass

    succeeds() >> fails() >> cleans_up()

# A leaf skips beside a leaf that succeeds.
with DAG("skipped_leaf", schedule=None):
    succeeds()
    skips()

# Every leaf skips.
with DAG("only_skipped_leaves", schedule=None):
    skips()

# A task that is started by the first of two that are done, while the other is at work.
with DAG("one_done_does_not_wait", schedule=None):

    @task
    def sleeps():
        import time

        time.sleep(5)
        raise ValueError("late")

    @task(trigger_rule="one_success")
    def early():
        pass

    [sleeps(), succeeds()] >> early()
