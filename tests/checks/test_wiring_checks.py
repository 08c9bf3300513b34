"""What is said of orphans, branches, setups and teardowns, mapped tasks and sensors, by facts made by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from windtunnel.checks.wt209_orphan_task import orphan_task
from windtunnel.checks.wt210_unknown_branch_target import unknown_branch_target
from windtunnel.checks.wt211_setup_without_teardown import setup_without_teardown
from windtunnel.checks.wt212_teardown_out_of_scope import teardown_out_of_scope
from windtunnel.checks.wt213_uncalled_task import uncalled_task
from windtunnel.checks.wt214_unbounded_mapping import unbounded_mapping
from windtunnel.checks.wt215_sensor_without_timeout import sensor_without_timeout
from windtunnel.checks.wt216_long_poking_sensor import long_poking_sensor
from windtunnel.checks.wt217_outside_task_without_execution_timeout import outside_task_without_execution_timeout
from windtunnel.checks.wt218_outside_task_without_retries import outside_task_without_retries
from windtunnel.checks.wt219_shared_argument import shared_argument
from windtunnel.collectors.shape import shape_of
from windtunnel.facts import (
    ChoiceFacts,
    DagFacts,
    DagFileFacts,
    End,
    LimitFacts,
    MappingFacts,
    ProcessFacts,
    SensorFacts,
    SharedFacts,
    TaskFacts,
)
from windtunnel.findings import Location

WEEK = 7 * 86400.0


def a_task(task_id, **more):
    return TaskFacts("d", task_id, "EmptyOperator", Location("dags/a.py", 5), **more)


def a_dag(wiring, *tasks, dag_id="d", **more):
    """A DAG by its edges, "a>b b>c lone"; tasks that are given stand for those of the same id."""
    chains = [chain.split(">") for chain in wiring.split()]
    edges = tuple((above, below) for chain in chains for above, below in pairwise(chain))
    given = {task.task_id: task for task in tasks}
    names = dict.fromkeys(name for chain in chains for name in chain)
    known = tuple(given.get(name) or a_task(name) for name in names)
    return DagFacts(dag_id, Location("dags/a.py", 3), known, shape_of(list(names), edges), edges=edges, **more)


def a_file(*dags, **more):
    return DagFileFacts("dags/a.py", ProcessFacts(End.COMPLETED), dags=dags, **more)


def said(check, facts):
    return [complaint.message for complaint in check.judge(facts)]


# WT209


def test_a_lone_task_beside_a_chain_is_told_with_the_size_of_the_chain():
    assert said(orphan_task, a_dag("a>b>c lone")) == [
        "task 'lone' has no edge, while 3 tasks of DAG 'd' hang together: it waits for none, and none waits for it"
    ]


@pytest.mark.parametrize("wiring", ["a b c", "a>b lone", "a>b>c d>e lone", "a>b>c x y z", "a>b>c", "a"])
def test_loose_tasks_that_may_be_meant_are_not_complained_of(wiring):
    assert said(orphan_task, a_dag(wiring)) == []


def test_a_lone_setup_or_teardown_is_no_orphan():
    assert said(orphan_task, a_dag("a>b>c s", a_task("s", is_setup=True))) == []
    assert said(orphan_task, a_dag("a>b>c t", a_task("t", is_teardown=True))) == []


# WT210


def a_branch(*targets, line=9, path="dags/a.py", task_id="choose", **more):
    extra = {name: more.pop(name) for name in ("whole", "named") if name in more}
    return a_task(task_id, is_branch=True, choices=(ChoiceFacts(targets, Location(path, line), **extra),), **more)


def test_an_unknown_id_is_told_with_the_one_that_is_near():
    (complaint,) = unknown_branch_target.judge(a_file(a_dag("choose>left choose>right", a_branch("lefft"))))
    assert complaint.location == Location("dags/a.py", 9)
    assert complaint.task_id == "choose"
    assert complaint.message == (
        "branch 'choose' answers 'lefft', which is no task and no group of DAG 'd': it then fails; did you mean 'left'?"
    )


def test_an_id_without_its_group_is_told_with_it():
    (message,) = said(unknown_branch_target, a_file(a_dag("choose>group.left choose>other", a_branch("left"))))
    assert message.endswith("it then fails; did you mean 'group.left'?")


def test_an_id_is_unknown_in_a_file_only_if_no_dag_that_uses_the_function_has_it():
    lacking = a_dag("choose>common", a_branch("only_x"))
    having = a_dag("choose>common choose>only_x", a_branch("only_x"), dag_id="x")
    assert said(unknown_branch_target, a_file(lacking, having)) == []
    assert len(said(unknown_branch_target, a_file(lacking, replace(lacking, dag_id="y")))) == 1


def test_an_id_that_the_text_may_give_to_a_task_is_not_judged_unless_it_is_one_elsewhere():
    conditional = a_branch("special", named=("special",))
    assert said(unknown_branch_target, a_file(a_dag("choose>common", conditional))) == []
    assert len(said(unknown_branch_target, a_file(a_dag("choose>common", conditional), a_dag("special")))) == 1
    assert len(said(unknown_branch_target, a_file(a_dag("choose>group.special", conditional)))) == 1


def test_a_function_of_another_file_is_not_judged():
    assert said(unknown_branch_target, a_file(a_dag("choose>left", a_branch("x", path="include/b.py")))) == []


def test_an_answer_that_skips_everything_is_told_with_what_becomes_of_it():
    (below,) = said(unknown_branch_target, a_file(a_dag("choose>left>far choose>right", a_branch("far"))))
    assert (
        below
        == "branch 'choose' answers 'far', which is no child of it: all its children are skipped, and it with them"
    )
    (apart,) = said(unknown_branch_target, a_file(a_dag("choose>left x>y", a_branch("y"))))
    assert apart == "branch 'choose' answers 'y', which is not downstream of it: all its children are skipped"


@pytest.mark.parametrize("answer", [("left",), ("right", "left"), ("group",), ("left", "far"), ("choose",)])
def test_an_answer_that_is_followed_is_not_complained_of(answer):
    groups = (("group", ("group.a", "group.b")),)
    dag = a_dag("choose>left>far choose>right choose>group.a>group.b", a_branch(*answer), groups=groups)
    assert said(unknown_branch_target, a_file(dag)) == []


def test_an_answer_further_down_that_runs_by_its_trigger_rule_is_right():
    forgiving = a_task("end", trigger_rule="none_failed")
    assert said(unknown_branch_target, a_file(a_dag("choose>left>end", a_branch("end"), forgiving))) == []


def test_answers_that_are_not_wholly_literal_or_that_are_mapped_are_not_played_through():
    wiring = "choose>left>far"
    assert said(unknown_branch_target, a_file(a_dag(wiring, a_branch("far", whole=False)))) == []
    assert said(unknown_branch_target, a_file(a_dag(wiring, a_branch("far", mapping=MappingFacts())))) == []
    assert said(unknown_branch_target, a_file(a_dag("choose x", a_branch("x")))) == []


# WT211, WT212

SETUP, TEARDOWN = a_task("s", is_setup=True), a_task("t", is_teardown=True)


def test_a_setup_without_a_teardown_is_told():
    assert said(setup_without_teardown, a_dag("s>w", SETUP)) == [
        "setup 's' has no teardown: what it makes stays after the run"
    ]


@pytest.mark.parametrize("wiring", ["s>w>t s>t", "s>w>t"])
def test_a_setup_with_a_teardown_is_not_complained_of_and_an_unpaired_one_once(wiring):
    assert said(setup_without_teardown, a_dag(wiring, SETUP, TEARDOWN)) == []


@pytest.mark.parametrize(
    ("wiring", "message"),
    [
        ("s>w s>t", "teardown 't' does not wait for 'w', which follows the setup 's' and may still be at work"),
        ("s>w s>v>t s>t", "teardown 't' does not wait for 'w', which follows the setup 's' and may still be at work"),
        ("s>t w", "teardown 't' follows its setup 's' with no task between: nothing uses what they make and remove"),
        ("t w", "teardown 't' waits for no task: it runs as soon as the run starts"),
        ("s>w>t", "teardown 't' is not paired with the setup 's' above it: it runs even if 's' has failed"),
    ],
)
def test_a_teardown_out_of_scope_is_told_with_what_it_leaves_out(wiring, message):
    assert said(teardown_out_of_scope, a_dag(wiring, SETUP, TEARDOWN)) == [message]


@pytest.mark.parametrize(
    "wiring", ["s>w>t s>t", "s>w>t s>t w>after", "s>w>t s>t t>after", "w>t", "s>w>t s>v>t s>t", "t"]
)
def test_a_teardown_in_its_scope_is_not_complained_of(wiring):
    assert said(teardown_out_of_scope, a_dag(wiring, SETUP, TEARDOWN)) == []


def test_setups_and_teardowns_inside_each_other_are_not_complained_of():
    inner = (a_task("s2", is_setup=True), a_task("t2", is_teardown=True))
    assert said(teardown_out_of_scope, a_dag("s>s2>w>t2>t s2>t2 s>t", SETUP, TEARDOWN, *inner)) == []


def test_a_task_that_one_of_two_teardowns_waits_for_is_in_scope():
    second = a_task("t2", is_teardown=True)
    assert said(teardown_out_of_scope, a_dag("s>a>t s>b>t2 s>t s>t2", SETUP, TEARDOWN, second)) == []


# WT213, WT214


def test_an_uncalled_task_is_told_at_its_line():
    (complaint,) = uncalled_task.judge(a_file(uncalled_tasks=(("send", 7),)))
    assert complaint.location == Location("dags/a.py", 7)
    assert complaint.message == "'send' is made for tasks and never called: no DAG of this file has its task"


def test_a_mapped_task_is_told_with_the_tasks_that_decide_how_many_it_is():
    assert said(unbounded_mapping, a_task("load", mapping=MappingFacts(("a", "b")))) == [
        "task 'load' is as many copies as 'a' and 'b' gives, and nothing says how many run at a time"
    ]


@pytest.mark.parametrize("mapping", [None, MappingFacts(), MappingFacts(("a",), bounded=True)])
def test_a_task_that_is_not_mapped_at_run_time_or_bounded_is_not_complained_of(mapping):
    assert said(unbounded_mapping, a_task("load", mapping=mapping)) == []


# WT215, WT216


def waiting(**more):
    limits = more.pop("limits", LimitFacts())
    return a_task("wait", sensor=SensorFacts(**{"timeout": WEEK, "poke_interval": 60.0, **more}), limits=limits)


def test_a_sensor_without_a_timeout_is_told_with_the_default():
    assert said(sensor_without_timeout, a_dag("wait", waiting())) == [
        "sensor 'wait' sets no timeout: it may wait for 7 days, Airflow's default"
    ]


def test_a_deferrable_sensor_without_a_timeout_may_wait_longer_than_the_default():
    (complaint,) = sensor_without_timeout.judge(a_dag("wait", waiting(deferrable=True)))
    assert complaint.message.endswith("it may wait for 7 days, Airflow's default, or longer")


def test_an_execution_timeout_bounds_a_sensor_but_for_one_that_is_rescheduled():
    limits = LimitFacts(execution_timeout=60.0)
    assert said(sensor_without_timeout, a_dag("wait", waiting(limits=limits))) == []
    assert said(sensor_without_timeout, a_dag("wait", waiting(limits=limits, mode="reschedule", deferrable=True))) == []
    assert len(said(sensor_without_timeout, a_dag("wait", waiting(limits=limits, mode="reschedule")))) == 1


@pytest.mark.parametrize("sensor", [{"chosen": True}, {"clock": True}])
def test_a_sensor_whose_wait_has_an_end_is_not_complained_of(sensor):
    assert said(sensor_without_timeout, a_dag("wait", waiting(**sensor))) == []
    assert said(sensor_without_timeout, a_dag("wait", waiting(), run_timeout=60.0)) == []


def test_a_sensor_that_sleeps_long_on_a_worker_is_told_with_the_minutes():
    assert said(long_poking_sensor, waiting(poke_interval=300.0)) == [
        "sensor 'wait' keeps a worker slot while it sleeps 5 minutes between two looks"
    ]


@pytest.mark.parametrize(
    "sensor",
    [
        {"poke_interval": 299.0},
        *(
            {"poke_interval": 900.0, **more}
            for more in ({"mode": "reschedule"}, {"deferrable": True}, {"movable": False})
        ),
    ],
)
def test_a_sensor_that_looks_often_or_gives_its_slot_back_is_not_complained_of(sensor):
    assert said(long_poking_sensor, waiting(**sensor)) == []


# WT217, WT218


def test_the_tasks_that_talk_to_the_outside_are_told_together():
    dag = a_dag("x>y", a_task("x", outside="requests.get"), a_task("y", outside="the connection 'db'"))
    for check, lack in (
        (outside_task_without_execution_timeout, "with no execution_timeout: Airflow never ends it"),
        (outside_task_without_retries, "with no retries: Airflow tries it once"),
    ):
        (complaint,) = check.judge(dag)
        assert (
            complaint.message == f"task 'x' of DAG 'd' talks to the outside by requests.get (and 1 more like it) {lack}"
        )
        assert complaint.evidence.splitlines()[1] == "dags/a.py:5 y: the connection 'db'"


@pytest.mark.parametrize("limits", [LimitFacts(execution_timeout=5.0), LimitFacts(bounds_itself=True)])
def test_a_task_that_something_ends_is_not_complained_of(limits):
    outside = a_task("x", outside="requests.get", limits=limits)
    assert said(outside_task_without_execution_timeout, a_dag("x", outside)) == []


def test_a_dagrun_timeout_ends_every_task_and_a_sensor_has_its_own():
    outside = a_task("x", outside="requests.get")
    sensor = replace(waiting(), outside="the connection 'db'")
    assert said(outside_task_without_execution_timeout, a_dag("x", outside, run_timeout=60.0)) == []
    assert said(outside_task_without_execution_timeout, a_dag("wait", sensor)) == []


@pytest.mark.parametrize("limits", [LimitFacts(retries=1), LimitFacts(retries_chosen=True)])
def test_retries_that_somebody_has_set_even_to_none_are_not_complained_of(limits):
    assert said(outside_task_without_retries, a_dag("x", a_task("x", outside="requests.get", limits=limits))) == []


def test_a_task_that_stays_inside_needs_neither():
    assert said(outside_task_without_execution_timeout, a_dag("x")) == []
    assert said(outside_task_without_retries, a_dag("x")) == []


# WT219


def test_a_shared_object_is_told_with_the_first_of_its_tasks():
    shared = SharedFacts("args", "op_kwargs", tuple("abcde"), Location("dags/a.py", 8))
    (complaint,) = shared_argument.judge(a_file(shared=(shared,)))
    assert complaint.location == shared.location
    assert complaint.message == (
        "5 tasks hold the same object args in their op_kwargs (a, b, c, d, ...), and it is changed between them: "
        "all see the last change"
    )
