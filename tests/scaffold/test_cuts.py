"""A dataflow cut into a chain: what goes where, and which cuts are refused with what leaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windtunnel.errors import UsageError
from windtunnel.scaffold.cuts import Stage, stages

CHAIN = {"clean": ("place",), "wide": ("clean", "limit"), "total": ("wide",)}
DIAMOND = {"raw": ("place",), "left": ("raw",), "right": ("raw",), "both": ("left", "right")}


def test_what_is_not_cut_is_one_stage() -> None:
    assert stages(CHAIN, ("total",), ()) == (Stage(("clean", "wide", "total"), ("place", "limit"), (), ("total",)),)


def test_a_stage_for_each_cut_and_one_more_whatever_the_order_of_the_cuts() -> None:
    chain = stages(CHAIN, ("total",), ("wide", "clean"))
    assert chain == (
        Stage(("clean",), ("place",), (), ("clean",)),
        Stage(("wide",), ("limit",), ("clean",), ("wide",)),
        Stage(("total",), (), ("wide",), ("total",)),
    )


def test_a_final_var_is_made_where_it_can_be_and_not_later() -> None:
    early, late = stages({**CHAIN, "report": ("clean",)}, ("total", "report"), ("wide",))
    assert early.results == ("wide", "report")
    assert late.results == ("total",)


def test_what_no_final_var_needs_is_left_out() -> None:
    (only,) = stages({**CHAIN, "report": ("clean",)}, ("report",), ())
    assert only.nodes == ("clean", "report")


def test_a_cut_around_which_something_leads_is_refused_with_what_leaks_and_the_way_out() -> None:
    with pytest.raises(UsageError) as told:
        stages(DIAMOND, ("both",), ("left",))
    assert str(told.value) == (
        "--split-at left: does not separate the dataflow: what comes after it also needs right (for both) from "
        "before it; split there too (--split-at left,right), or elsewhere"
    )
    before, after = stages(DIAMOND, ("both",), ("left", "right"))
    assert (before.results, after.reads) == (("left", "right"), ("left", "right"))


def test_what_comes_from_inputs_alone_does_not_leak() -> None:
    needs = {"raw": ("place",), "clean": ("raw",), "rates": ("rates_place",), "total": ("clean", "rates")}
    before, after = stages(needs, ("total",), ("clean",))
    assert before.inputs == ("place",)
    assert after.inputs == ("rates_place",)


@pytest.mark.parametrize(
    ("final_vars", "split_at", "message"),
    [
        (("totl",), (), "--final-vars: unknown node 'totl', did you mean 'total'?"),
        (("total",), ("wid",), "--split-at: unknown node 'wid', did you mean 'wide'?"),
        (("place",), (), "--final-vars place: is an input of the dataflow, which no function makes"),
        (("total",), ("limit",), "--split-at limit: is an input of the dataflow"),
        (("clean",), ("wide",), "--split-at wide: no final var needs it"),
        (("total",), ("total",), "--split-at total: nothing comes after it"),
    ],
)
def test_a_name_that_cannot_be_is_refused(final_vars, split_at, message) -> None:
    with pytest.raises(UsageError) as told:
        stages(CHAIN, final_vars, split_at)
    assert str(told.value).startswith(message)


def test_nodes_that_need_each_other_are_refused() -> None:
    with pytest.raises(UsageError, match=r"none of them can be computed first: a → b → a|first: b → a → b"):
        stages({"a": ("b",), "b": ("a",), "c": ("a",)}, ("c",), ())


@st.composite
def dataflows(draw: st.DrawFn) -> tuple[dict[str, tuple[str, ...]], list[str], list[str]]:
    """Up to nine nodes without a cycle, some final vars, and some cuts."""
    size = draw(st.integers(2, 9))
    names = [f"n{number}" for number in range(size)]
    needs = {
        name: tuple(draw(st.lists(st.sampled_from([*names[:number], "given"]), max_size=3, unique=True)))
        for number, name in enumerate(names)
    }
    some = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    return needs, draw(some), draw(some)


@given(dataflows())
def test_every_stage_has_what_it_needs_and_only_cuts_cross(drawn) -> None:
    needs, final_vars, split_at = drawn
    try:
        chain = stages(needs, final_vars, split_at)
    except UsageError as error:
        _, is_leak, rest = str(error).partition("split there too (--split-at ")
        if not is_leak:
            return
        chain = stages(needs, final_vars, split_at := rest.partition(")")[0].split(","))
    stored: set[str] = set()
    for stage in chain:
        assert stored.issuperset(stage.reads)
        assert set(split_at).issuperset(stage.reads)
        for node in stage.nodes:
            assert {*stage.nodes, *stage.reads, *stage.inputs}.issuperset(needs[node])
        stored.update(stage.results)
    assert stored.issuperset(final_vars)
    nodes = [node for stage in chain for node in stage.nodes]
    assert len(nodes) == len(set(nodes)), "nothing is computed twice"
