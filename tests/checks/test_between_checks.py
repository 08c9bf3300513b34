"""What is said of references between DAGs, by facts made by hand: the faults, and all that must stay silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from windtunnel.checks._between import loops
from windtunnel.checks.wt208_awaited_stranger import awaited_stranger
from windtunnel.checks.wt224_unknown_target_dag import unknown_target_dag
from windtunnel.checks.wt225_unknown_external_task import unknown_external_task
from windtunnel.checks.wt226_never_matching_schedule import never_matching_schedule
from windtunnel.checks.wt227_loop_between_dags import loop_between_dags
from windtunnel.checks.wt228_unproduced_asset import unproduced_asset
from windtunnel.checks.wt229_unknown_pool import unknown_pool
from windtunnel.checks.wt230_unknown_queue import unknown_queue
from windtunnel.collectors.shape import shape_of
from windtunnel.facts import (
    AssetFacts,
    CronFacts,
    DagFacts,
    DagFileFacts,
    End,
    ExternalFacts,
    ProcessFacts,
    RepositoryFacts,
    ScheduleFacts,
    TaskFacts,
)
from windtunnel.findings import Location
from windtunnel.settings import Settings

ORDERS = AssetFacts("orders", "s3://shop/orders", suffices=True)


def task(task_id, **more):
    return task_id, more


def waits(task_id, dag_id, **more):
    return task_id, {"awaits": dag_id, "external": ExternalFacts(dag_id, **more)}


def a_dag(dag_id, *tasks, edges=(), schedule=None, **more):
    place = Location(f"dags/{dag_id}.py", 3)
    made = tuple(TaskFacts(dag_id, name, "an operator", place, **facts) for name, facts in tasks)
    shape = shape_of([name for name, _ in tasks], edges)
    return DagFacts(dag_id, place, made, shape, edges=edges, schedule=schedule or ScheduleFacts(), **more)


def daily(hour, zone="UTC", offsets=(0,)):
    cron = CronFacts("", zone, offsets, (0,), (hour,), (), tuple(range(1, 13)), ())
    return ScheduleFacts(f"0 {hour} * * *", crons=(cron,))


def repository(*dags, complete=True):
    files = (DagFileFacts(dag.location.path, ProcessFacts(End.COMPLETED), dags=(dag,)) for dag in dags)
    return RepositoryFacts(tuple(files), complete, known=complete, written=("written",))


def said(check, *dags, complete=True, **settings):
    subject = repository(*dags, complete=complete)
    return [complaint.message for complaint in check.complaints(subject, Settings(Path(), **settings))]


# WT224


def test_a_trigger_and_a_marker_of_a_stranger_are_told():
    a = a_dag("a", task("go", triggers="bb"), task("mark", marks="c"))
    assert said(unknown_target_dag, a, a_dag("b_b")) == [
        "task 'go' triggers DAG 'bb', which no file of this repository defines, did you mean 'b_b'?",
        "task 'mark' marks a task of DAG 'c', which no file of this repository defines",
    ]
    assert said(awaited_stranger, a) == []


def test_a_trigger_of_a_known_dag_and_one_in_a_part_of_a_repository_are_not_told():
    a = a_dag("a", task("go", triggers="b"), task("again", triggers="a"), task("broken", triggers="written"))
    assert said(unknown_target_dag, a, a_dag("b")) == []
    assert said(unknown_target_dag, a, complete=False) == []


# WT225


def test_a_task_and_a_group_that_the_other_dag_lacks_are_told():
    b = a_dag("b", task("files.write"), task("read"), groups=(("files", ("files.write",)),))
    a = a_dag("a", waits("one", "b", tasks=("write", "red", "read"), whole=False), waits("two", "b", group="fils"))
    assert said(unknown_external_task, a, b) == [
        "task 'one' waits for task 'write', which DAG 'b' does not have, did you mean 'files.write'?",
        "task 'one' waits for task 'red', which DAG 'b' does not have, did you mean 'read'?",
        "task 'two' waits for task group 'fils', which DAG 'b' does not have, did you mean 'files'?",
    ]


def test_a_marker_of_a_task_that_the_other_dag_lacks_is_told():
    a = a_dag("a", task("m", marks="b", external=ExternalFacts("b", tasks=("x",), whole=False)))
    assert said(unknown_external_task, a, a_dag("b")) == ["task 'm' marks task 'x', which DAG 'b' does not have"]


def test_tasks_of_a_dag_that_is_there_not_at_all_or_twice_are_not_judged():
    a = a_dag("a", waits("one", "b", tasks=("x",), whole=False))
    assert said(unknown_external_task, a) == []
    assert said(unknown_external_task, a, a_dag("b"), a_dag("b", task("x"))) == []


# WT226


def test_a_sensor_for_a_run_that_never_is_is_told_with_the_delta_that_would_do():
    a, b = a_dag("a", waits("wait", "b"), schedule=daily(6)), a_dag("b", schedule=daily(5))
    assert said(never_matching_schedule, a, b) == [
        (
            "task 'wait' waits for the run of DAG 'b' at its own logical date, and there never is one: "
            "'a' runs at '0 6 * * *' (UTC) and 'b' runs at '0 5 * * *' (UTC); "
            "execution_delta=timedelta(minutes=60) would find one"
        )
    ]


def test_a_delta_that_misses_is_told_with_its_time():
    a, b = a_dag("a", waits("wait", "b", delta=-60), schedule=daily(6)), a_dag("b", schedule=daily(6))
    (message,) = said(never_matching_schedule, a, b)
    assert message.startswith("task 'wait' waits for the run of DAG 'b' -1:00:00 before its own logical date")


@pytest.mark.parametrize(
    ("sensor", "mine", "theirs"),
    [
        (waits("wait", "b"), daily(6), daily(6)),
        (waits("wait", "b", delta=60), daily(6), daily(5)),
        (waits("wait", "b", fixed=False), daily(6), daily(5)),
        (waits("wait", "b"), daily(6), ScheduleFacts()),
        (waits("wait", "b"), ScheduleFacts(), daily(5)),
        (waits("wait", "b"), daily(7, "Europe/Berlin", (60, 120)), daily(6)),
        (waits("wait", "c"), daily(6), daily(5)),
    ],
    ids=["same time", "delta", "a function", "unscheduled", "started by hand", "half of the year", "stranger"],
)
def test_a_sensor_for_a_run_that_may_be_is_not_told(sensor, mine, theirs):
    assert said(never_matching_schedule, a_dag("a", sensor, schedule=mine), a_dag("b", schedule=theirs)) == []


def test_a_sensor_for_a_dag_that_a_task_triggers_is_not_told():
    a = a_dag("a", task("go", triggers="b"), waits("wait", "b"), schedule=daily(6))
    assert said(never_matching_schedule, a, a_dag("b", schedule=daily(5))) == []


# WT227


def test_two_dags_that_wait_for_each_others_end_are_told_once():
    a, b = a_dag("a", waits("for_b", "b")), a_dag("b", waits("for_a", "a"))
    assert said(loop_between_dags, a, b) == ["these tasks wait for each other: a.for_b > b.for_a > a.for_b"]


def test_a_dag_that_waits_for_its_own_end_is_told():
    assert said(loop_between_dags, a_dag("a", waits("w", "a"))) == ["these tasks wait for each other: a.w > a.w"]


def test_tasks_that_wait_for_each_other_across_the_order_of_their_dags_are_told():
    a = a_dag("a", waits("w", "b", tasks=("y",), whole=False), task("x"), edges=(("w", "x"),))
    b = a_dag("b", waits("v", "a", tasks=("x",), whole=False), task("y"), edges=(("v", "y"),))
    assert said(loop_between_dags, a, b) == ["these tasks wait for each other: a.w > b.y > b.v > a.x > a.w"]


@pytest.mark.parametrize(
    ("back", "edges"),
    [
        (waits("v", "a", delta=1440), ()),
        (waits("v", "a", fixed=False), ()),
        (waits("v", "a", until_end=False), ()),
        (waits("v", "a", tasks=("x",), whole=False), ()),
        (task("v"), ()),
        (task("v", marks="a", external=ExternalFacts("a", tasks=("w",), whole=False)), ()),
    ],
    ids=["the run before", "a function", "its start", "a task before the wait", "nothing", "a marker"],
)
def test_dags_that_wait_for_something_else_of_each_other_are_not_told(back, edges):
    a = a_dag("a", task("x"), waits("w", "b"), edges=(("x", "w"),))
    assert said(loop_between_dags, a, a_dag("b", back, edges=edges)) == []


def test_a_wait_that_a_branch_may_skip_makes_no_loop():
    a = a_dag("a", task("choose", is_branch=True), waits("w", "b"), edges=(("choose", "w"),))
    assert said(loop_between_dags, a, a_dag("b", waits("v", "a"))) == []


def test_a_task_that_runs_whatever_is_above_it_needs_nothing_of_it():
    a = a_dag("a", waits("w", "b", tasks=("y",), whole=False))
    b = a_dag("b", waits("v", "a"), task("y", trigger_rule="always"), edges=(("v", "y"),))
    assert said(loop_between_dags, a, b) == []


def test_dags_that_start_each_other_by_triggers_and_assets_are_told():
    a = a_dag("a", task("go", triggers="b"))
    b = a_dag("b", task("write", produces=(ORDERS,)))
    c = a_dag("c", task("back", triggers="a"), consumes=(ORDERS,))
    assert said(loop_between_dags, a, b, c) == [
        "each run leads to the next, without end: 'a' triggers 'b', 'b' produces what starts 'c', 'c' triggers 'a'"
    ]


def test_a_dag_that_produces_what_it_consumes_is_told():
    a = a_dag("a", task("write", produces=(ORDERS,)), consumes=(ORDERS,))
    (message,) = said(loop_between_dags, a)
    assert message == "each run leads to the next, without end: 'a' produces what starts 'a'"


def test_a_trigger_of_the_own_dag_is_told_where_the_schedule_starts_it_too():
    again = task("again", triggers="a")
    assert said(loop_between_dags, a_dag("a", again)) == []
    assert len(said(loop_between_dags, a_dag("a", again, schedule=daily(6)))) == 1


@pytest.mark.parametrize("choice", [{"is_branch": True}, {"may_skip": True}], ids=["branch", "short circuit"])
def test_a_trigger_behind_a_choice_can_end_the_loop(choice):
    a = a_dag("a", task("choose", **choice), task("go", triggers="b"), edges=(("choose", "go"),))
    assert said(loop_between_dags, a, a_dag("b", task("back", triggers="a"))) == []


def test_a_trigger_that_only_a_failure_runs_can_end_the_loop():
    a = a_dag("a", task("work"), task("go", triggers="b", trigger_rule="one_failed"), edges=(("work", "go"),))
    assert said(loop_between_dags, a, a_dag("b", task("back", triggers="a"))) == []


def test_a_trigger_of_a_run_that_there_can_be_only_once_ends_the_loop():
    a = a_dag("a", task("go", triggers="b", may_skip=True))
    assert said(loop_between_dags, a, a_dag("b", task("back", triggers="a"))) == []


def test_an_asset_that_is_not_all_that_a_schedule_waits_for_makes_no_loop():
    one_of_two = AssetFacts("orders", "s3://shop/orders")
    assert said(loop_between_dags, a_dag("a", task("write", produces=(ORDERS,)), consumes=(one_of_two,))) == []


def test_loops_are_told_by_their_shortest_way_and_each_node_once():
    edges = {1: [2], 2: [3, 1], 3: [1], 4: [5], 5: [4], 6: [1]}
    assert loops(edges, edges) == [(1, 2), (4, 5)]


# WT228


def test_an_asset_that_nothing_produces_is_told():
    read = AssetFacts("order", "s3://shop/order")
    a, b = a_dag("a", consumes=(read,)), a_dag("b", task("write", produces=(ORDERS,)))
    assert said(unproduced_asset, a, b) == [
        (
            "DAG 'a' waits for asset 's3://shop/order', which no task of this repository produces, "
            "did you mean 's3://shop/orders'?"
        )
    ]
    assert said(unproduced_asset, a, b, complete=False) == []
    assert said(unproduced_asset, a, b, assets=("order",)) == said(unproduced_asset, a, b, assets=(read.uri,)) == []


def test_an_alias_that_nothing_fills_is_told():
    a = a_dag("a", consumes=(AssetFacts("daily", "", is_alias=True),))
    assert said(unproduced_asset, a) == [
        "DAG 'a' waits for asset alias 'daily', which no task of this repository produces"
    ]


@pytest.mark.parametrize(
    ("read", "made"),
    [
        (ORDERS, ORDERS),
        (AssetFacts("orders", ""), ORDERS),
        (AssetFacts("", "s3://shop/orders"), ORDERS),
        (AssetFacts("daily", "", is_alias=True), AssetFacts("daily", "", is_alias=True)),
        (ORDERS, AssetFacts("any", "", is_alias=True)),
    ],
    ids=["the same", "by name", "by URI", "alias", "an alias that may be filled with it"],
)
def test_an_asset_that_something_produces_is_not_told(read, made):
    assert said(unproduced_asset, a_dag("a", consumes=(read,)), a_dag("b", task("write", produces=(made,)))) == []


def test_an_asset_that_a_watcher_brings_is_not_told():
    watched = AssetFacts("queue", "queue", watched=True)
    assert (
        said(unproduced_asset, a_dag("a", consumes=(watched,)), a_dag("b", consumes=(AssetFacts("queue", ""),))) == []
    )


# WT229, WT230


def of_task(check, task, **settings):
    return [complaint.message for complaint in check.complaints(task, Settings(Path(), **settings))]


def test_a_pool_and_a_queue_that_are_not_declared_are_told():
    facts = TaskFacts("a", "fit", "op", Location("a.py"), pool="gpus", queue="fastt")
    pool = "task 'fit' wants pool 'gpus', which the setting pools does not have, did you mean 'gpu'?"
    queue = "task 'fit' wants queue 'fastt', which the setting queues does not have, did you mean 'fast'?"
    assert of_task(unknown_pool, facts, pools=("gpu",)) == [pool]
    assert of_task(unknown_queue, facts, queues=("fast",)) == [queue]


def test_without_a_declaration_nothing_is_known_of_pools_and_queues():
    facts = TaskFacts("a", "fit", "op", Location("a.py"), pool="gpus", queue="fastt")
    assert of_task(unknown_pool, facts) == of_task(unknown_queue, facts) == []


def test_the_pools_and_queues_that_every_airflow_has_need_no_declaration():
    facts = TaskFacts("a", "fit", "op", Location("a.py"), pool="default_pool", queue="default")
    assert of_task(unknown_pool, facts, pools=("gpu",)) == of_task(unknown_queue, facts, queues=("fast",)) == []
