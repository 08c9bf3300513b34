"""The trigger rules on paper come to what Airflow comes to."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from windtunnel.facts import DagFacts, Shape, TaskFacts
from windtunnel.findings import Location
from windtunnel.trigger_rules import ancestors, descendants, leaves, play, skipped_by_choice

RULES = (
    "all_success",
    "all_failed",
    "all_done",
    "all_done_min_one_success",
    "all_skipped",
    "always",
    "none_failed",
    "none_failed_min_one_success",
    "none_skipped",
    "one_done",
    "one_failed",
    "one_success",
)
ENDS = ("success", "failed", "skipped")

EVERY_RULE = f"""
from itertools import combinations_with_replacement

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, task
from airflow.exceptions import AirflowSkipException


def end(how: str) -> None:
    if how == "failed":
        raise RuntimeError("on purpose")
    if how == "skipped":
        raise AirflowSkipException("on purpose")


with DAG("rules", schedule=None):
    above = {{}}
    for how in {ENDS}:
        for number in (0, 1):
            above[how, number] = task(end, task_id=f"{{how}}_{{number}}") (how)
    for rule in {RULES}:
        for one, other in combinations_with_replacement({ENDS}, 2):
            join = EmptyOperator(task_id=f"{{rule}}.{{one}}.{{other}}", trigger_rule=rule)
            [above[one, 0], above[other, 1]] >> join
"""


@pytest.fixture(scope="module")
def everything(pools, tmp_path_factory):
    from windtunnel.engine import run
    from windtunnel.settings import Settings

    root = tmp_path_factory.mktemp("rules")
    (root / "dags").mkdir()
    (root / "dags" / "rules.py").write_text(EVERY_RULE)
    report = run(Settings(root, select=("WT2", "WT3")), pools=pools)
    return report.files[0].dags[0], {task.task_id: task.state for task in report.runs[0].tasks}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_on_paper_comes_to_what_airflow_comes_to(rule, everything):
    dag, really = everything
    forced = {f"{how}_{number}": how for how in ENDS for number in (0, 1)}
    played = play(dag, forced)
    joins = [f"{rule}.{one}.{other}" for one, other in combinations_with_replacement(ENDS, 2)]
    assert {join: played[join] for join in joins} == {join: really[join] for join in joins}


def dag_of(*edges: tuple[str, str], rules: dict[str, str] | None = None, teardowns: tuple[str, ...] = ()) -> DagFacts:
    names = dict.fromkeys(name for edge in edges for name in edge)
    here = Location("dags/x.py")
    tasks = tuple(
        TaskFacts(
            "x",
            name,
            "EmptyOperator",
            here,
            trigger_rule=(rules or {}).get(name, "all_success"),
            is_teardown=name in teardowns,
        )
        for name in names
    )
    return DagFacts("x", here, tasks, Shape(len(tasks), len(edges), (), (), ()), edges=edges)


def test_a_failure_goes_down_the_chain_as_upstream_failed():
    assert play(dag_of(("a", "b"), ("b", "c")), {"a": "failed"}) == {
        "a": "failed",
        "b": "upstream_failed",
        "c": "upstream_failed",
    }


def test_a_branch_skips_its_other_children_and_what_needs_them():
    dag = dag_of(("fork", "left"), ("fork", "right"), ("left", "join"), ("right", "join"))
    assert skipped_by_choice(dag, "fork", "left") == {
        "fork": "success",
        "left": "success",
        "right": "skipped",
        "join": "skipped",
    }


def test_a_branch_does_not_skip_a_child_that_the_chosen_one_leads_to():
    dag = dag_of(("fork", "work"), ("fork", "join"), ("work", "join"))
    assert skipped_by_choice(dag, "fork", "work")["join"] == "success"


def test_leaves_are_what_nothing_but_teardowns_follows():
    dag = dag_of(("a", "b"), ("b", "clean"), teardowns=("clean",))
    assert leaves(dag) == ("b",)


def test_ancestors_and_descendants_reach_any_distance():
    dag = dag_of(("a", "b"), ("b", "c"), ("x", "c"))
    assert descendants(dag, "a") == {"b", "c"}
    assert ancestors(dag, "c") == {"a", "b", "x"}
