"""The budgets of linearity and width, and what stands exactly on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from windtunnel.checks.wt201_low_linearity import low_linearity
from windtunnel.checks.wt202_excessive_width import excessive_width
from windtunnel.collectors.shape import shape_of
from windtunnel.facts import DagFacts, TaskFacts
from windtunnel.findings import Location
from windtunnel.setting_kinds import Budget
from windtunnel.settings import Settings


def a_dag(tasks, edges=()):
    return DagFacts("wide", Location("dags/a.py", 3), (), shape_of(tasks, edges))


def said(check, dag, **settings):
    return [(complaint.message, complaint.evidence) for complaint in check.judge(dag, Settings(Path(), **settings))]


def test_a_dag_below_the_floor_is_told_with_its_path_and_its_antichain():
    message = "DAG 'wide' has linearity 0.67 (longest path 4 of 6 tasks), below 0.7"
    diamond = [("a", "b"), *(("b", middle) for middle in "cde"), *((middle, "f") for middle in "cde")]
    ((told, evidence),) = said(low_linearity, a_dag("abcdef", diamond), min_linearity=0.7)
    assert told == message
    assert evidence.splitlines()[-2:] == ["longest path: a > b > c > f", "ready together: c, d, e"]


@pytest.mark.parametrize("tasks", ["", "a", "ab"])
def test_a_dag_on_the_floor_or_above_it_is_not_complained_of(tasks):
    assert said(low_linearity, a_dag(tasks), min_linearity=0.5) == []


def test_a_dag_above_the_ceiling_is_told_with_its_antichain():
    assert said(excessive_width, a_dag("abc"), max_width=2) == [
        ("3 of the 3 tasks of DAG 'wide' can be ready at the same time, more than 2", "ready together: a, b, c")
    ]


def test_a_dag_on_the_ceiling_is_not_complained_of():
    assert said(excessive_width, a_dag("abc"), max_width=3) == []


def test_the_budget_that_a_dag_is_over_is_named():
    budgets = (Budget("dag", "wi*", (("min_linearity", 0.9), ("max_width", 1))),)
    ((linearity, _),) = said(low_linearity, a_dag("ab"), budgets=budgets)
    ((width, _),) = said(excessive_width, a_dag("ab"), budgets=budgets)
    assert linearity.endswith(", below 0.9 (the budget of dag 'wi*')")
    assert width.endswith(", more than 1 (the budget of dag 'wi*')")
    assert said(low_linearity, a_dag("ab"), min_linearity=0.5, budgets=()) == []


def test_what_a_mapped_task_counts_for_is_told():
    mapped = TaskFacts("wide", "a", "PythonOperator", Location("dags/a.py", 5), instances=30, is_bound=True)
    shape = shape_of("ab", [], {"a": 30})
    ((_, evidence),) = said(excessive_width, DagFacts("wide", Location("dags/a.py"), (mapped,), shape), max_width=1)
    assert evidence.splitlines()[1] == "instances ready at one time: up to 31; mapped: a up to 30"


def test_a_branch_that_nothing_follows_hides_no_low_linearity():
    tasks = tuple(TaskFacts("wide", name, "Python", Location("dags/a.py"), is_branch=name == "a") for name in "abcd")
    dag = DagFacts("wide", Location("dags/a.py", 3), tasks, shape_of("abcd", ()))
    assert len(said(low_linearity, dag)) == 1
