"""Branches and short circuits, good answers and bad ones."""

from datetime import datetime, timezone

from airflow.providers.standard.operators.datetime import BranchDateTimeOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.latest_only import LatestOnlyOperator
from airflow.providers.standard.operators.python import ShortCircuitOperator
from airflow.sdk import DAG, TaskGroup, task


def branch_to(dag_id, answer, **join):
    """A branch that answers so, two ways, and a join behind them."""
    with DAG(dag_id, schedule=None):

        @task.branch
        def decides():
            return answer

        ways = [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
        decides() >> ways >> EmptyOperator(task_id="join", **join)


def circuit(dag_id, answer, **options):
    """A short circuit that answers so, a chain of two behind it, and a task that runs whatever happens."""
    with DAG(dag_id, schedule=None):
        last = EmptyOperator(task_id="last", trigger_rule="all_done")
        (
            ShortCircuitOperator(task_id="decides", python_callable=lambda: answer, **options)
            >> EmptyOperator(task_id="next")
            >> last
        )


# One way; the join asks for all.
branch_to("branch_one_way", "left")

# One way; the join is content with it.
branch_to("branch_one_way_and_join", "left", trigger_rule="none_failed_min_one_success")

# Both ways.
branch_to("branch_both_ways", ["left", "right"])

# No way: an empty list.
branch_to("branch_no_way", [])

# No way: None.
branch_to("branch_none", None)

# A way that is not there.
branch_to("branch_to_nowhere", "lefft")

# A task that is there, and does not follow directly.
branch_to("branch_past_the_next", "join")

# The branch itself.
branch_to("branch_to_itself", "decides")

# A number.
branch_to("branch_number", 1)

# A list with a number in it.
branch_to("branch_list_with_number", ["left", 1])

# A whole group as the way.
with DAG("branch_to_group", schedule=None):

    @task.branch
    def decides():
        return "group"

    with TaskGroup("group") as group:
        EmptyOperator(task_id="first") >> EmptyOperator(task_id="second")
    decides() >> [group, EmptyOperator(task_id="other")]

# A branch behind a branch.
with DAG("branch_behind_branch", schedule=None):

    @task.branch
    def decides():
        return "decides_again"

    @task.branch
    def decides_again():
        return "deep_left"

    again = decides_again()
    decides() >> [again, EmptyOperator(task_id="shallow")]
    again >> [EmptyOperator(task_id="deep_left"), EmptyOperator(task_id="deep_right")]

# A branch that skips itself.
with DAG("branch_skips", schedule=None):

    @task.branch
    def decides():
        from airflow.exceptions import AirflowSkipException

        raise AirflowSkipException

    decides() >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]

# A branch whose way leads also around: what the taken way leads to is not skipped.
with DAG("branch_with_short_cut", schedule=None):

    @task.branch
    def decides():
        return "long"

    end = EmptyOperator(task_id="end")
    decided = decides()
    decided >> EmptyOperator(task_id="long") >> end
    decided >> end

# A mapped branch: each copy decides.
with DAG("branch_mapped", schedule=None):

    @task.branch
    def decides(way):
        return way

    decides.expand(way=["left", "left"]) >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]

# A branch by time, of which the span has passed.
with DAG("branch_by_time", schedule=None):
    left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    BranchDateTimeOperator(
        task_id="decides",
        follow_task_ids_if_true="left",
        follow_task_ids_if_false="right",
        target_lower=datetime(2020, 1, 1, tzinfo=timezone.utc),
        target_upper=datetime(2020, 1, 2, tzinfo=timezone.utc),
    ) >> [left, right]

# A short circuit that lets pass.
circuit("circuit_true", True)

# A short circuit that skips all behind it, whatever their rules.
circuit("circuit_false", False)

# A short circuit that skips the next, and leaves the others to their rules.
circuit("circuit_false_respecting_rules", False, ignore_downstream_trigger_rules=False)

# A short circuit that answers nothing.
circuit("circuit_none", None)

# A short circuit on an empty list.
circuit("circuit_empty_list", [])

# A short circuit that fails.
with DAG("circuit_fails", schedule=None):

    @task.short_circuit
    def decides():
        raise ValueError("undecided")

    decides() >> EmptyOperator(task_id="next")

# A short circuit before a teardown, which runs nevertheless.
with DAG("circuit_before_teardown", schedule=None):

    @task.short_circuit
    def decides():
        return False

    prepares = EmptyOperator(task_id="prepares").as_setup()
    tidies = EmptyOperator(task_id="tidies").as_teardown(setups=prepares)
    prepares >> decides() >> EmptyOperator(task_id="works") >> tidies

# In the latest run only.
with DAG("latest_only", schedule=None):
    LatestOnlyOperator(task_id="decides") >> EmptyOperator(task_id="next")

# A branch decided by run_if.
with DAG("run_if_false", schedule=None):

    @task.run_if(lambda context: False)
    @task
    def works():
        pass

    works() >> EmptyOperator(task_id="next")

# Skipped by skip_if, where the condition raises.
with DAG("skip_if_raises", schedule=None):

    @task.skip_if(lambda context: context["no_such_key"])
    @task
    def works():
        pass

    works()
