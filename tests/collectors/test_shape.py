"""The graph theory of DAGs, on graphs whose figures are known."""

from __future__ import annotations

import pytest

from windtunnel.collectors.shape import shape_of


def test_a_chain_has_linearity_one_and_width_one():
    shape = shape_of("abc", [("a", "b"), ("b", "c")])
    assert shape.longest_path == ("a", "b", "c")
    assert (shape.tasks, shape.edges, shape.linearity, shape.width) == (3, 2, 1.0, 1)


def test_independent_tasks_are_as_wide_as_they_are_many():
    shape = shape_of("abcd", [])
    assert shape.antichain == ("a", "b", "c", "d")
    assert shape.linearity == 0.25


def test_a_diamond_is_two_wide_and_three_long():
    shape = shape_of("abcd", [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])
    assert (shape.width, len(shape.longest_path), shape.linearity) == (2, 3, 0.75)
    assert shape.antichain == ("b", "c")


def test_a_dag_without_tasks_counts_as_a_chain():
    shape = shape_of([], [])
    assert (shape.tasks, shape.edges, shape.longest_path, shape.antichain) == (0, 0, (), ())
    assert shape.linearity == 1.0


def test_an_edge_that_a_longer_path_implies_is_redundant():
    assert shape_of("abc", [("a", "b"), ("b", "c"), ("a", "c")]).redundant_edges == (("a", "c"),)


def test_the_largest_antichain_need_not_lie_on_one_level():
    # a > b > c beside d > e, and e before c: level by level the graph is two wide, and so is its antichain; f adds one
    shape = shape_of("abcdef", [("a", "b"), ("b", "c"), ("d", "e"), ("e", "c"), ("a", "f")])
    assert shape.width == 3
    assert shape.antichain in (("b", "d", "f"), ("b", "e", "f"))


@pytest.mark.parametrize("size", [1, 5, 40])
def test_the_members_of_the_antichain_do_not_wait_for_each_other(size):
    edges = [(f"{row}.{column}", f"{row + 1}.{column}") for row in range(3) for column in range(size)]
    shape = shape_of({task for edge in edges for task in edge}, edges)
    assert shape.width == size
    assert len({task.partition(".")[2] for task in shape.antichain}) == size


def test_the_peak_is_the_largest_level_with_mapped_tasks_counted_by_their_instances():
    diamond = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]
    assert shape_of("abcd", diamond).peak == 2
    assert shape_of("abcd", diamond, {"c": 5}).peak == 6
    assert shape_of("abcd", diamond, {"a": 9}).peak == 9
    assert shape_of([], []).peak == 0


def test_the_peak_can_lie_below_the_width():
    # c and f never wait for each other, but f is long done when c becomes ready
    shape = shape_of("abcdf", [("a", "b"), ("b", "c"), ("d", "f")])
    assert (shape.width, shape.peak) == (2, 2)
    assert shape_of("abcxy", [("a", "b"), ("b", "c"), ("a", "x"), ("b", "y")]).peak == 2
