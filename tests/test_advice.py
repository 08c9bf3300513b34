"""Which tasks to merge: the smallest set of neighbours that is enough, and what must never be merged."""

from __future__ import annotations

import ast
from itertools import combinations
from random import Random

import pytest

from windtunnel import graphs
from windtunnel.advice import merge_towards
from windtunnel.checks._merging import advice, sketch
from windtunnel.collectors.shape import shape_of
from windtunnel.facts import DagFacts, TaskFacts
from windtunnel.findings import Location

HERE = Location("dags/a.py")
DIAMOND = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]


def a_dag(edges, **special):
    """A DAG of Python tasks; `special` are the fields in which single tasks differ."""
    names = sorted({name for edge in edges for name in edge})
    tasks = [
        TaskFacts(
            "d", name, **{"operator": "PythonOperator", "location": HERE, "nature": "plain", **special.get(name, {})}
        )
        for name in names
    ]
    return DagFacts("d", HERE, tuple(tasks), shape_of(names, edges), edges=tuple(edges))


def merged(edges, linearity, **special):
    merge = merge_towards(a_dag(edges, **special), linearity)
    return merge.tasks if merge is not None and merge.reaches else None


def told(dag):
    return list(advice(dag, merge_towards(dag, 1.0), 1.0))


def test_the_middle_of_a_diamond_makes_it_a_chain():
    merge = merge_towards(a_dag(DIAMOND), 1.0)
    assert merge.tasks == ("b", "c")
    assert merge.reaches
    assert merge.smallest
    assert (merge.before.linearity, merge.before.width, merge.before.peak) == (0.75, 2, 2)
    assert (merge.after.linearity, merge.after.width, merge.after.peak) == (1.0, 1, 1)
    assert (round(merge.seconds, 1), merge.seconds_on_path) == (0.8, 0)


def test_no_more_is_merged_than_the_budget_asks_for():
    fan = [("start", f"part_{number}") for number in range(4)]
    assert merged(fan, 0.5) == ("part_0", "part_1")
    assert merged(fan, 2 / 3) == ("part_0", "part_1", "part_2")


def test_the_price_of_a_merge_is_told():
    dag = a_dag(DIAMOND, b={"nature": ""})
    assert merge_towards(dag, 1.0).waits == 1
    assert "its price: tasks that need not today wait for each other, in 1 pair" in advice(
        dag, merge_towards(dag, 1.0), 1.0
    )


def test_of_two_sets_the_one_that_makes_nobody_wait_is_chosen():
    assert merged([("a", "join"), ("b", "join"), ("c", "join"), ("join", "end")], 1.0) == ("a", "b", "c")


def test_a_path_that_leaves_a_set_and_comes_back_is_taken_in():
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("a", "x"), ("a", "y"), ("x", "c"), ("y", "c")]
    for together in (merged(edges, goal) for goal in (0.6, 0.75, 1.0)):
        assert not {"a", "c"} <= set(together) or set(together) == set("abcxy")


def test_a_longer_way_is_no_way_to_be_more_linear():
    # Merging x3 with y1, which share z, would make five tasks in a row of what are three.
    edges = [("x1", "x2"), ("x2", "x3"), ("y1", "y2"), ("y2", "y3"), ("x3", "z"), ("y1", "z")]
    merge = merge_towards(a_dag(edges), 0.7)
    assert merge.after.longest <= merge.before.longest


@pytest.mark.parametrize(
    "special",
    [
        {"b": {"nature": ""}},
        {"b": {"nature": "pool=other"}},
        {"a": {"may_skip": True, "nature": ""}},
    ],
    ids=["of another kind", "in another pool", "chosen between by a branch"],
)
def test_tasks_of_different_nature_are_not_merged(special):
    together = merged(DIAMOND, 1.0, **special)
    assert together is None or not {"b", "c"} <= set(together)


def test_what_is_behind_one_choice_of_a_branch_can_be_merged():
    edges = [("choose", "b"), ("choose", "c"), ("b", "b1"), ("b", "b2"), ("b", "b3")]
    assert merged(edges, 0.6, choose={"may_skip": True, "nature": ""}) == ("b1", "b2")


def test_a_task_that_does_nothing_is_taken_in_but_not_drawn():
    edges = [("a", "gate"), ("b", "gate"), ("c", "gate"), ("gate", "d"), ("gate", "e")]
    dag = a_dag(edges, gate={"operator": "EmptyOperator"})
    merge = merge_towards(dag, 1.0)
    assert "gate" in merge.tasks
    assert "gate" not in "\n".join(sketch(dag, merge.tasks))


def test_nothing_is_said_of_tasks_that_have_no_neighbours():
    dag = a_dag([("a", "b"), ("c", "d")], **{name: {"nature": ""} for name in "abcd"})
    assert told(dag) == [
        "no set of neighbouring Python tasks can be merged that would help",
        "its 2 parts have no edge between them: each could be a DAG of its own",
        "tasks not merged: 4 PythonOperator",
    ]


def test_the_best_that_one_merge_can_do_is_told_as_such():
    lines = told(a_dag([("a", "b"), ("c", "d")]))
    assert "a, b (the best that one merge can do: 1 stays out of reach)" in "\n".join(lines)


def test_the_advice_has_figures_and_a_sketch():
    assert told(a_dag(DIAMOND)) == [
        "merge into one task, that is one Hamilton driver call, b, c (the smallest set that is enough)",
        "before: linearity 0.75 (longest path 3 of 4 tasks), width 2, peak 2",
        "after: linearity 1.00 (longest path 3 of 3 tasks), width 1, peak 1",
        (
            "saves about 0.8 s of scheduling delay in each run: 1 fewer to schedule at about 0.8 s a task, "
            "none of them on the longest path"
        ),
        "the Hamilton module of that task, in outline:",
        "    def b(a): ...",
        "    def c(a): ...",
        "    driver.execute(['b', 'c'], inputs={'a': ...})",
    ]


def test_a_sketch_is_python_whatever_the_tasks_are_called():
    edges = [("1st-load", "class"), ("1st-load", "g1.load__1"), ("1st-load", "g2.load__1"), ("_x", "class")]
    dag = a_dag([*edges, ("class", "end"), ("g1.load__1", "end"), ("g2.load__1", "end")])
    together = ("_x", "1st-load", "class", "g1.load__1", "g2.load__1")
    lines = list(sketch(dag, together))
    ast.parse("\n".join(lines))
    names = [line.partition("(")[0].removeprefix("def ") for line in lines[:-1]]
    assert names == ["x", "node_1st_load", "node_class", "g1_load_1", "g2_load_1"]


@pytest.mark.parametrize("seed", range(12))
def test_no_smaller_set_would_do_where_that_is_said(seed):
    """Every set of a small random DAG, tried one by one with the graph library."""
    random = Random(seed)
    names = "abcdefg"
    edges = [pair for pair in combinations(names, 2) if random.random() < 0.35]
    dag = a_dag(edges)
    goal = min(1.0, dag.shape.linearity + random.choice((0.1, 0.2, 0.4)))
    merge = merge_towards(dag, goal)
    smallest = min((size for size, linearity in every_merge(dag) if linearity >= goal), default=None)
    if merge is None or not merge.reaches:
        assert smallest is None
    else:
        assert merge.smallest
        assert len(merge.tasks) == smallest


def every_merge(dag):
    import networkx as nx

    graph = graphs.graph_of((task.task_id for task in dag.tasks), dag.edges)
    near = nx.Graph(graph.edges)
    near.add_nodes_from(graph)
    near.add_edges_from(pair for one in graph for pair in combinations(graph.succ[one], 2))
    near.add_edges_from(pair for one in graph for pair in combinations(graph.pred[one], 2))
    for size in range(2, len(graph) + 1):
        for together in combinations(sorted(graph), size):
            small = graphs.merged(graph, together, together[0])
            if nx.is_connected(near.subgraph(together)) and nx.is_directed_acyclic_graph(small):
                longest = len(graphs.longest_path(small))
                if longest <= len(dag.shape.longest_path):
                    yield size, longest / len(small)
