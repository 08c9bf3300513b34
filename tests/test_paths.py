"""Only the further runs are planned that can show something, each once, and those that show most first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from windtunnel.facts import (
    AssetFacts,
    ChoiceFacts,
    DagFacts,
    End,
    ForcedFacts,
    Forcing,
    MappingFacts,
    ProcessFacts,
    RunEnd,
    RunFacts,
    Shape,
    TaskFacts,
    TaskRunFacts,
)
from windtunnel.findings import Location
from windtunnel.paths import has_more_paths, left_out, next_paths

HERE = Location("dags/a.py")


def a_task(task_id, operator="PythonOperator", **more):
    return TaskFacts("a", task_id, operator, HERE, **more)


def a_branch(task_id, *answers, **more):
    choices = tuple(ChoiceFacts((answer,) if isinstance(answer, str) else answer, HERE) for answer in answers)
    return a_task(task_id, is_branch=True, choices=choices, **more)


def a_dag(tasks, *edges, **more):
    return DagFacts("a", HERE, tuple(tasks), Shape(len(tasks), len(edges), (), (), ()), edges=edges, **more)


def a_run(forced=(), state="success", **states):
    done = tuple(
        TaskRunFacts("a", name, -1, end, HERE, tries=int(end in ("success", "failed"))) for name, end in states.items()
    )
    return RunFacts("a", HERE, ProcessFacts(End.COMPLETED), state, done, forced=forced)


def texts(dag, *seen):
    return [" and ".join(forced.text for forced in path) for path in next_paths(dag, seen)]


def follow(task_id, *targets, is_sure=True):
    return ForcedFacts(task_id, Forcing.FOLLOW, targets, is_sure)


FORK = [("choose", "left"), ("choose", "right")]
SIDES = [a_task("left"), a_task("right")]
LEFT = {"choose": "success", "left": "success", "right": "skipped"}


def test_of_a_chain_in_which_all_must_succeed_nothing_more_can_be_learned():
    dag = a_dag([a_task("one"), a_task("two")], ("one", "two"))
    assert texts(dag, a_run(one="success", two="success")) == []
    assert not has_more_paths(dag, a_run(one="success", two="success"))


def test_a_branch_is_made_to_give_the_answers_of_its_text_that_it_did_not_give():
    dag = a_dag([a_branch("choose", "left", "right"), *SIDES], *FORK)
    assert texts(dag, a_run(**LEFT)) == ["'choose' answers 'right'"]
    assert texts(dag, a_run(**LEFT), a_run((follow("choose", "right"),), **LEFT)) == []


def test_an_answer_that_would_fail_the_branch_is_not_forced():
    dag = a_dag([a_branch("choose", "left", "nowhere"), a_task("left")], FORK[0])
    assert texts(dag, a_run(choose="success", left="success")) == []


def test_of_a_computed_answer_the_children_are_tried_alone_if_one_alone_was_followed():
    dag = a_dag([a_branch("choose"), *SIDES], *FORK)
    assert next_paths(dag, [a_run(**LEFT)]) == ((follow("choose", "right"),),)


def test_of_a_computed_answer_that_followed_none_all_children_are_tried_though_nobody_is_sure_of_it():
    dag = a_dag([a_branch("choose"), *SIDES], *FORK)
    plain = a_run(choose="success", left="skipped", right="skipped")
    assert next_paths(dag, [plain]) == ((follow("choose", "left", "right", is_sure=False),),)


def test_a_branch_to_tasks_that_do_nothing_is_not_tried():
    idle = [a_task("left", "EmptyOperator"), a_task("right", "EmptyOperator")]
    assert texts(a_dag([a_branch("choose", "left", "right"), *idle], *FORK), a_run(**LEFT)) == []


def test_the_copies_of_a_mapped_branch_answer_as_they_like():
    dag = a_dag([a_branch("choose", "left", "right", mapping=MappingFacts()), *SIDES], *FORK)
    assert texts(dag, a_run(**LEFT)) == []


def test_the_answers_of_a_branch_behind_another_are_tried_when_it_was_reached():
    tasks = [a_branch("outer", "inner", "rest"), a_task("rest"), a_branch("inner", "left", "right"), *SIDES]
    edges = [("outer", "inner"), ("outer", "rest"), ("inner", "left"), ("inner", "right")]
    dag = a_dag(tasks, *edges)
    plain = a_run(outer="success", rest="success", inner="skipped", left="skipped", right="skipped")
    assert texts(dag, plain) == ["'outer' answers 'inner'"]
    within = a_run(
        (follow("outer", "inner"),), outer="success", rest="skipped", inner="success", left="success", right="skipped"
    )
    assert texts(dag, plain, within) == ["'outer' answers 'inner' and 'inner' answers 'right'"]


@pytest.mark.parametrize(
    ("cuts", "below", "expected"),
    [
        (("work",), "skipped", ["'gate' answers True"]),
        (("work",), "success", []),
        (("work", "tidy"), "success", []),
    ],
)
def test_a_short_circuit_is_made_to_pass_and_not_to_stop_where_nothing_would_run_then(cuts, below, expected):
    dag = a_dag([a_task("gate", cuts=cuts), a_task("work")], ("gate", "work"))
    assert texts(dag, a_run(gate="success", work=below)) == expected


def test_a_short_circuit_that_leaves_a_task_to_its_trigger_rule_is_made_to_stop():
    tasks = [a_task("gate", cuts=("work",)), a_task("work"), a_task("tidy", trigger_rule="all_done")]
    dag = a_dag(tasks, ("gate", "work"), ("work", "tidy"))
    assert "'gate' answers False" in texts(dag, a_run(gate="success", work="success", tidy="success"))


def test_a_list_is_emptied_where_something_runs_behind_an_empty_one():
    def dag(rule):
        tasks = [a_task("names"), a_task("each", mapping=MappingFacts(("names",))), a_task("all", trigger_rule=rule)]
        return a_dag(tasks, ("names", "each"), ("each", "all"))

    plain = a_run(names="success", all="success")
    plain = replace(plain, tasks=(*plain.tasks, TaskRunFacts("a", "each", 0, "success", HERE, tries=1)))
    assert texts(dag("none_failed"), plain) == ["'names' gives an empty list"]
    assert texts(dag("all_success"), plain) == []


def test_of_what_a_list_holds_that_was_always_empty_nothing_is_known_and_that_is_told():
    dag = a_dag([a_task("names"), a_task("each", mapping=MappingFacts(("names",)))], ("names", "each"))
    plain = a_run(names="success", each="skipped")
    assert texts(dag, plain) == []
    assert left_out(dag, [plain]) == ("'names' gives a list with something in it",)


@pytest.mark.parametrize(
    "last", [{"trigger_rule": "all_done"}, {"trigger_rule": "one_failed"}, {"is_teardown": True, "trigger_rule": "x"}]
)
def test_tasks_are_made_to_fail_where_one_behind_them_runs_all_the_same(last):
    dag = a_dag([a_task("one"), a_task("two"), a_task("tidy", **last)], ("one", "two"), ("two", "tidy"))
    plain = a_run(one="success", two="success", tidy="success")
    assert texts(dag, plain)[0] in ("'one' fails", "'two' fails")
    assert "'tidy' fails" not in texts(dag, plain)


def test_of_tasks_with_one_callback_one_is_made_to_fail():
    dag = a_dag([a_task(name, on_failure=("tell",)) for name in ("one", "two")], ("one", "two"))
    assert texts(dag, a_run(one="success", two="success")) == ["'one' fails"]


def test_a_callback_of_the_dag_wants_one_failure():
    dag = a_dag([a_task("one"), a_task("two")], ("one", "two"), on_failure=("tell",))
    assert texts(dag, a_run(one="success", two="success")) == ["'one' fails"]


def test_a_callback_of_the_dag_does_not_hear_of_a_failure_that_the_run_does_not_show():
    tasks = [a_task("one"), a_task("alarm", "EmptyOperator", trigger_rule="one_failed")]
    dag = a_dag(tasks, ("one", "alarm"), on_failure=("tell",))
    assert texts(dag, a_run(one="success", alarm="skipped")) == []


def test_a_task_that_airflow_ends_without_starting_it_cannot_be_made_to_fail():
    dag = a_dag([a_task("one", "EmptyOperator")], on_failure=("tell",))
    assert texts(dag, a_run(one="success")) == []


def test_a_late_task_that_does_nothing_teaches_nothing_unless_it_produces_an_asset():
    def dag(**more):
        last = a_task("last", "EmptyOperator", trigger_rule="all_done", **more)
        return a_dag([a_task("one"), last], ("one", "last"))

    plain = a_run(one="success", last="success")
    assert texts(dag(), plain) == []
    assert texts(dag(produces=(AssetFacts("out", ""),)), plain) == ["'one' fails"]


def test_failures_come_when_all_answers_were_tried_and_what_is_left_is_told_with_them():
    tasks = [a_branch("choose", "left", "right", on_failure=("tell",)), *SIDES]
    dag = a_dag(tasks, *FORK)
    plain = a_run(**LEFT)
    assert texts(dag, plain) == ["'choose' answers 'right'"]
    assert texts(dag, plain, a_run((follow("choose", "right"),), **LEFT)) == ["'choose' fails"]
    assert left_out(dag, [plain]) == ("'choose' answers 'right'", "'choose' fails")


def test_a_run_that_came_to_no_end_is_nothing_to_hold_others_against():
    dag = a_dag([a_branch("choose", "left", "right"), *SIDES], *FORK)
    plain = a_run(**LEFT)
    assert has_more_paths(dag, plain)
    assert not has_more_paths(dag, replace(plain, left=RunEnd.WAITING))
    assert not has_more_paths(dag, replace(plain, process=ProcessFacts(End.DIED)))


def test_a_gate_that_lets_only_the_latest_run_pass_follows_all_or_none():
    tasks = [a_task("latest", "LatestOnlyOperator", is_branch=True), *SIDES, a_task("tidy", trigger_rule="all_done")]
    edges = [("latest", "left"), ("latest", "right"), ("right", "tidy")]
    dag = a_dag(tasks, *edges)
    plain = a_run(latest="success", left="success", right="success", tidy="success")
    assert texts(dag, plain) == ["'latest' answers with nothing to follow"]
