"""Further runs by the real Airflow: what is forced is done by its own machinery, within the budget, and told."""

from __future__ import annotations

import pytest

from windtunnel.engine import run
from windtunnel.settings import Settings

FILES = {
    "dags/answers.py": """\
from airflow.providers.standard.operators.branch import BaseBranchOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.sdk import DAG, TaskGroup, get_current_context, task


with DAG("decorated", schedule=None):

    @task.branch
    def choose() -> str:
        get_current_context()["ti"].xcom_push("why", "it is Monday")
        return "left" if len("x") else "group"

    @task
    def left() -> None: ...

    with TaskGroup("group"):

        @task
        def right() -> None:
            print(get_current_context()["ti"].xcom_pull(task_ids="choose", key="why").upper())

        inside = right()

    choose() >> [left(), inside]


class ByDay(BaseBranchOperator):
    def choose_branch(self, context):
        return "one"


with DAG("classic", schedule=None):
    first = BranchPythonOperator(task_id="first", python_callable=lambda: ["own"])
    own = ByDay(task_id="own")
    one, two = (PythonOperator(task_id=name, python_callable=print) for name in ("one", "two"))
    other = PythonOperator(task_id="other", python_callable=print)
    first >> [own, other]
    own >> [one, two]

with DAG("gates", schedule=None):
    shut = ShortCircuitOperator(task_id="shut", python_callable=lambda n: n, op_args=[0])

    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def open(n: int) -> int:
        return n

    @task
    def work(n: int) -> None:
        print("x" * n, n.real)

    tidy = PythonOperator(task_id="tidy", python_callable=print, trigger_rule="all_done")
    gate = open(5)
    work(gate) >> tidy
    shut >> PythonOperator(task_id="behind", python_callable=print)

with DAG("lists", schedule=None):

    @task
    def names() -> dict:
        return {"a": 1, "b": 2}

    @task
    def each(pair) -> int:
        return pair[1]

    @task(trigger_rule="all_done")
    def total(each) -> None:
        print(sum(each or ()))

    total(each.expand(pair=names()))
""",
    "dags/failures.py": """\
from datetime import timedelta

from airflow.sdk import DAG, task


def heard(context) -> None:
    print(context.get("exception"))


def wanted_again(context) -> None:
    raise RuntimeError("it is not tried again")


with DAG("failures", schedule=None, on_failure_callback=heard, default_args={"on_failure_callback": heard}):

    @task(retries=3, retry_delay=timedelta(hours=1), on_retry_callback=wanted_again)
    def one() -> int:
        return 1

    @task
    def two(n: int) -> None: ...

    @task(trigger_rule="one_failed")
    def alarm() -> None: ...

    @task
    def three() -> None: ...

    two(one()) >> [alarm(), three()]

with DAG("many", schedule=None):
    last = task(lambda: None)
    tidy = task(trigger_rule="all_done", task_id="tidy")(lambda: None)()
    for number in range(9):

        @task(task_id=f"load_{number}")
        def load() -> None: ...

        load() >> tidy

with DAG("chain", schedule=None):

    @task
    def a() -> None: ...

    @task
    def b() -> None: ...

    a() >> b()
""",
}


@pytest.fixture(scope="module")
def explored(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("paths")
    for path, text in {"pyproject.toml": "", **FILES}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    report = run(Settings(root, select=("WT32",), max_paths=3), pools=pools)
    assert [finding.message for finding in report.findings] == []
    return {paths.dag_id: paths for paths in report.paths}


def states(run_facts):
    return {task.label: task.state for task in run_facts.tasks}


def test_a_branch_is_asked_and_then_answers_what_is_forced(explored):
    (right,) = explored["decorated"].runs
    assert right.path == "when 'choose' answers 'group.right'"
    assert (right.state, states(right)) == (
        "success",
        {"choose": "success", "left": "skipped", "group.right": "success"},
    )


def test_branches_of_every_kind_are_forced_one_behind_the_other(explored):
    runs = {run.path: states(run) for run in explored["classic"].runs}
    assert runs == {
        "when 'first' answers 'other'": {
            **dict.fromkeys(["own", "one", "two"], "skipped"),
            **dict.fromkeys(["first", "other"], "success"),
        },
        "when 'own' answers 'two'": {
            **dict.fromkeys(["one", "other"], "skipped"),
            **dict.fromkeys(["first", "own", "two"], "success"),
        },
    }


def test_a_short_circuit_keeps_its_own_answer_where_that_lets_pass_what_is_to_pass(explored):
    runs = {run.path: states(run) for run in explored["gates"].runs}
    assert set(runs) == {"when 'shut' answers True", "when 'open' answers False", "when 'open' fails"}
    assert runs["when 'shut' answers True"]["behind"] == "success"
    stopped = runs["when 'open' answers False"]
    assert (stopped["open"], stopped["work"], stopped["tidy"]) == ("success", "skipped", "success")
    assert explored["gates"].left_out == ("'work' fails",)


def test_an_empty_list_is_one_of_the_kind_that_was_given(explored):
    runs = {run.path: states(run) for run in explored["lists"].runs}
    assert runs["when 'names' gives an empty list"] == {"names": "success", "each": "skipped", "total": "success"}


def test_a_task_that_is_made_to_fail_is_not_tried_again_and_its_callbacks_hear_of_it(explored):
    one, two = explored["failures"].runs
    assert [one.path, two.path] == ["when 'one' fails", "when 'two' fails"]
    assert states(one) == {
        "one": "failed",
        "two": "upstream_failed",
        "alarm": "success",
        "three": "upstream_failed",
    }
    assert {task.task_id: task.tries for task in one.tasks}["one"] == 1
    assert sorted((call.task_id, call.name) for call in one.callbacks) == [("", "heard"), ("one", "heard")]


def test_what_the_budget_leaves_out_is_told(explored):
    assert len(explored["many"].runs) == 3
    assert len(explored["many"].left_out) == 6


def test_a_chain_that_nothing_can_be_learned_of_costs_no_further_run(explored):
    assert "chain" not in explored
