"""The budgets of linearity and width, and what stands exactly on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from windtunnel.checks.wt201_low_linearity import low_linearity
from windtunnel.checks.wt202_excessive_width import excessive_width
from windtunnel.collectors.shape import shape_of
from windtunnel.facts import DagFacts
from windtunnel.findings import Location
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
    assert evidence.splitlines()[1] == "ready together: c, d, e"


@pytest.mark.parametrize("tasks", ["", "a", "ab"])
def test_a_dag_on_the_floor_or_above_it_is_not_complained_of(tasks):
    assert said(low_linearity, a_dag(tasks), min_linearity=0.5) == []


def test_a_dag_above_the_ceiling_is_told_with_its_antichain():
    assert said(excessive_width, a_dag("abc"), max_width=2) == [
        ("3 of the 3 tasks of DAG 'wide' can be ready at the same time, more than 2", "ready together: a, b, c")
    ]


def test_a_dag_on_the_ceiling_is_not_complained_of():
    assert said(excessive_width, a_dag("abc"), max_width=3) == []
