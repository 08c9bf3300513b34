"""What is wrong in a module's graphs is found in all configurations, and correct modules have nothing wrong."""

from __future__ import annotations

from itertools import combinations

import pytest

from windtunnel.collectors.config_rules import compared_by
from windtunnel.collectors.coverings import covering
from windtunnel.collectors.near_names import _is_slip
from windtunnel.facts import GraphFacts

TAXES = """
    from hamilton.function_modifiers import config

    @config.when(region="us")
    def tax__us(price: float) -> float:
        return price * 0.1

    @config.when(region="uk")
    def tax__uk(price: float) -> float:
        return price * 0.2

    @config.when_in(region=["us", "uk", "ie"])
    def total(price: float, tax: float) -> float:
        return price + tax
"""


# Configurations


def test_of_few_values_all_combinations_are_tried():
    assert len(covering({"a": [1, 2], "b": [1, 2, 3], "c": ["x"]})) == 6
    assert covering({}) == ({},)


def test_of_many_values_each_two_meet():
    named = {f"k{number}": list(range(4)) for number in range(6)}
    rows = covering(named)
    met = {pair for row in rows for pair in combinations(sorted(row.items()), 2)}
    assert len(met) == 15 * 16
    assert len(rows) < 40


@pytest.mark.parametrize(
    ("rule", "compared"),
    [
        (lambda config: config["mode"] == "fast", {("mode", "fast")}),
        (lambda config: config.get("mode", "slow") in ("fast", "slow"), {("mode", "fast"), ("mode", "slow")}),
        (lambda config: config["a"] == 1 and config["b"] != "x", {("a", 1), ("b", "x")}),
        (lambda config: "a" in config and not config["a"], {("a", True), ("a", False)}),
        (lambda config: config["level"] > 3, set()),
        (lambda config: config["mode"].lower() == "fast", set()),
    ],
)
def test_what_a_rule_compares_with_is_known_without_reading_its_text(rule, compared):
    assert set(compared_by(rule)) == compared


def test_variants_under_a_rule_of_ones_own_are_built(built):
    dataflow = built("""
        from hamilton.function_modifiers import config

        @config(lambda settings: settings["mode"] == "fast")
        def reading__fast(raw: str) -> str:
            return raw

        @config(lambda settings: settings["mode"] == "slow")
        def reading__slow(raw: str) -> str:
            return raw
    """)
    assert {node.function for node in dataflow.nodes} == {"reading__fast", "reading__slow"}


def test_a_value_without_a_variant_is_a_gap_at_the_first_variant(built):
    (gap,) = built(TAXES).graph.gaps
    assert (gap.nodes, gap.config, gap.asked_by, gap.silent) == (("tax",), "region='ie'", ("total",), False)
    assert gap.location.line == 5


def test_a_gap_that_another_file_fills_is_none(built, tmp_path):
    (tmp_path / "run.py").write_text('dr.execute(["total"], inputs={"price": 1.0, "tax": 0.0})')
    assert built(TAXES).graph.gaps == ()


@pytest.mark.parametrize(
    "made",
    ['@extract_columns("tax")\ndef f(): ...\n', "@parameterize(tax={})\ndef f(): ...\n", "def tax__ie(): ...\n"],
)
def test_a_gap_that_another_module_fills_is_none(built, tmp_path, made):
    (tmp_path / "other.py").write_text(f"from hamilton.function_modifiers import *\n\n{made}")
    assert built(TAXES).graph.gaps == ()


def test_a_column_or_a_parameter_of_another_module_fills_no_gap(built, tmp_path):
    text = 'from hamilton.function_modifiers import tag\n\ndef f(tax: float) -> dict:\n    return {"tax": tax}\n'
    (tmp_path / "other.py").write_text(text)
    assert built(TAXES).graph.gaps != ()


@pytest.mark.parametrize(
    "begun",
    [
        '"schema": "1", "windtunnel": "0.1.0"',
        '"schema": "1", "findings": []',
        '"runs": [{"tool": {"driver": {"name": "windtunnel"}}}]',
    ],
    ids=["report", "baseline", "sarif"],
)
def test_what_windtunnel_itself_has_written_into_the_repository_gives_nothing(built, tmp_path, begun):
    (tmp_path / "last.json").write_text(f'{{\n  {begun}, "overrides": {{"tax": 1}}}}')
    assert built(TAXES).graph.gaps != ()


def test_where_there_is_too_much_text_to_read_anybody_may_fill_a_gap(built, tmp_path, monkeypatch):
    monkeypatch.setattr("windtunnel.collectors.supplies._MOST_TEXT", 10)
    (tmp_path / "data.json").write_text('{"a": "' + "x" * 20 + '"}')
    assert built(TAXES).graph.gaps == ()


def test_a_value_that_a_variant_leaves_out_by_name_is_no_gap(built):
    dataflow = built("""
        from hamilton.function_modifiers import config

        @config.when_not(mode="given")
        def reading__made(raw: str) -> str:
            return raw

        def shown(reading: str) -> str:
            return reading
    """)
    assert dataflow.graph == GraphFacts()


def test_two_variants_that_are_on_at_once_are_told_with_the_values_that_do_it(built):
    (found,) = built("""
        from hamilton.function_modifiers import config

        @config.when(source="file")
        def reading__file(place: str) -> str:
            return place

        @config.when(live=True)
        def reading__live(host: str) -> str:
            return host

        @config.when_in(size=["small", "large"])
        def shown(reading: str) -> str:
            return reading
    """).graph.combinations
    assert (found.config, found.node, found.others) == ("source='file', live=True", "reading", 0)
    assert [name for name, _ in found.makers] == ["reading__file", "reading__live"]


def test_a_combination_whose_types_do_not_fit_is_told_in_hamiltons_words(built):
    (found,) = built("""
        from hamilton.function_modifiers import config

        @config.when(source="file")
        def reading__file(raw: str) -> str:
            return raw

        @config.when(source="api")
        def reading__api(raw: str) -> float:
            return float(raw)

        @config.when(doubled=True)
        def twice(reading: float) -> float:
            return 2 * reading
    """).graph.combinations
    assert found.config == "source='file', doubled=True"
    assert "twice is expecting reading" in found.reason


def test_a_variant_whose_node_is_the_key_that_it_asks_for_is_hidden(built):
    dataflow = built("""
        from hamilton.function_modifiers import config

        @config.when(model="tree")
        def model__tree(x: int) -> int:
            return x

        @config.when_in(name="score", score=["a", "b"])
        def scored(x: int) -> int:
            return x

        @config.when(seed=None)
        def seed__made(x: int) -> int:
            return x

        @config.when_not(size="given")
        def size__made(x: int) -> int:
            return x

        @config.when(kind="a")
        def kind_of(x: int) -> int:
            return x
    """)
    assert [(facts.function, facts.node) for facts in dataflow.graph.hidden] == [
        ("model__tree", "model"),
        ("scored", "score"),
    ]
    made = {node.name for node in dataflow.nodes}
    assert made == {"seed", "size", "kind_of"}


# The graph


def test_nodes_that_need_each_other_are_a_cycle_and_what_hangs_on_it_is_not(built):
    (cycle,) = built("""
        def before(raw: int) -> int:
            return raw

        def one(before: int, three: int) -> int:
            return before + three

        def two(one: int) -> int:
            return one

        def three(two: int) -> int:
            return two

        def after(three: int) -> int:
            return three
    """).graph.cycles
    assert (cycle.nodes, cycle.location.line, cycle.config) == (("one", "three", "two"), 5, "")


def test_a_cycle_in_one_configuration_names_it(built):
    (cycle,) = built("""
        from hamilton.function_modifiers import config

        @config.when(mode="a")
        def one__a(two: int) -> int:
            return two

        @config.when(mode="b")
        def one__b(raw: int) -> int:
            return raw

        def two(one: int) -> int:
            return one
    """).graph.cycles
    assert cycle.config == "mode='a'"


def test_a_function_that_is_defined_again_is_told_with_both_lines(built):
    (found,) = built("""
        def twice(number: int) -> int:
            return 2 * number

        def twice(number: int) -> int:
            return number + number
    """).graph.redefined
    assert (found.name, found.location.line, found.line, found.is_variant) == ("twice", 2, 5, False)


def test_a_function_whose_name_an_import_takes_is_told(built):
    (found,) = built("""
        def dedent(number: int) -> int:
            return 2 * number

        from textwrap import dedent
    """).graph.redefined
    assert (found.name, found.line) == ("dedent", 5)


def test_names_that_are_used_overloaded_private_or_chosen_may_be_given_again(built):
    dataflow = built("""
        import sys
        from functools import singledispatch
        from typing import overload

        def shout(text: str) -> str:
            return text.upper()

        shout = staticmethod(shout).__func__

        @overload
        def size(thing: str) -> int: ...
        def size(thing: str) -> int:
            return len(thing)

        def _helper(x):
            return x
        def _helper(x):
            return x

        if sys.platform == "linux":
            def place(x: int) -> int:
                return x
        else:
            def place(x: int) -> int:
                return -x

        def counted(x: int) -> int:
            return x
        def _count() -> int:
            return counted(1)
        ONE = _count()
        def counted(x: int) -> int:
            return -x

        def base(x: int) -> int:
            return x
        def again(base: int, f: object = base) -> int:
            return base
        def base(x: int) -> int:
            return x
    """)
    assert dataflow.failure is None
    assert dataflow.graph.redefined == ()


def test_parameterized_nodes_with_the_same_bindings_are_twins(built):
    dataflow = built("""
        from hamilton.function_modifiers import parameterize, parameterize_values, source, value

        @parameterize(
            a={"x": source("p"), "n": value(1)},
            b={"x": source("p"), "n": value(1)},
            c={"x": source("p"), "n": value(1.0)},
            d={"x": source("q"), "n": value(1)},
        )
        def scaled(x: int, n: float) -> float:
            return x * n

        @parameterize_values("n", {("low", ""): 1, ("high", ""): 2})
        def bound(n: int) -> int:
            return n
    """)
    (twin,) = dataflow.graph.twins
    assert (twin.function, twin.nodes, twin.bindings) == ("scaled", ("a", "b"), "x=source('p'), n=value(1)")


def test_parameterized_sub_dataflows_with_the_same_inputs_are_twins(built):
    (twin,) = built("""
        from hamilton.function_modifiers import parameterized_subdag, source, value

        def part(raw: int, n: int) -> int:
            return raw * n

        @parameterized_subdag(
            part,
            low={"inputs": {"raw": source("p"), "n": value(1)}},
            high={"inputs": {"raw": source("p"), "n": value(1)}},
            other={"inputs": {"raw": source("p"), "n": value(2)}},
        )
        def whole(part: int) -> int:
            return part
    """).graph.twins
    assert (twin.nodes, twin.bindings) == (("low", "high"), "raw=source('p'), n=value(1)")


def test_what_the_returns_do_not_deliver_is_told(built):
    dataflow = built("""
        import pandas as pd
        from hamilton.function_modifiers import extract_columns, extract_fields, tag

        @tag(a="b")
        @extract_columns("age", "size")
        def frame(n: int) -> pd.DataFrame:
            made = pd.DataFrame({"age": [n], "sise": [n]})
            return made

        @extract_columns("first", "second")
        def selected(table: pd.DataFrame) -> pd.DataFrame:
            if len(table):
                return table[["first", "third"]]
            return table.loc[table["first"] > 0, ["first"]]

        @extract_columns("one", "two")
        def listed(n: int) -> pd.DataFrame:
            return pd.DataFrame([[n]], columns=["one"])

        @extract_fields({"low": int, "high": int, "mean": int})
        def ends(n: int) -> dict:
            if n:
                return {"low": n, "high": n}
            return dict(low=0, high=0)
    """)
    found = [(facts.function, facts.kind, facts.missing) for facts in dataflow.graph.undelivered]
    assert found == [
        ("frame", "column", ("size",)),
        ("selected", "column", ("second",)),
        ("listed", "column", ("two",)),
        ("ends", "field", ("mean",)),
    ]


def test_what_the_text_does_not_say_in_full_may_deliver_anything(built):
    dataflow = built("""
        import pandas as pd
        from hamilton.function_modifiers import extract_columns, extract_fields, pipe_output, step

        NAMES = {"low": 1}

        def _with_age(frame: pd.DataFrame) -> pd.DataFrame:
            return frame.assign(age=1)

        @extract_columns("age")
        @pipe_output(step(_with_age))
        def piped(n: int) -> pd.DataFrame:
            return pd.DataFrame({"size": [n]})

        @extract_columns("old", fill_with=0)
        def filled(n: int) -> pd.DataFrame:
            return pd.DataFrame({"size": [n]})

        @extract_columns("added")
        def assigned(n: int) -> pd.DataFrame:
            frame = pd.DataFrame({"size": [n]})
            frame["added"] = n
            return frame

        @extract_columns("renamed")
        def columns(n: int) -> pd.DataFrame:
            return pd.DataFrame({"size": [n]}).rename(columns={"size": "renamed"})

        @extract_columns("first")
        def listed(n: int) -> pd.DataFrame:
            return pd.DataFrame([[n]], columns=["first"])

        @extract_columns("b2")
        def rows(table: pd.DataFrame) -> pd.DataFrame:
            return table.loc[["a"]]

        @extract_columns("b0")
        def masked(table: pd.DataFrame) -> pd.DataFrame:
            return table[table["a"] > 0]

        @extract_columns("b1")
        def chained(table: pd.DataFrame) -> pd.DataFrame:
            return pd.DataFrame({"a": [1]}, index=[0]).join(table)

        @extract_fields({"low": int, "high": int})
        def spread(n: int) -> dict:
            return {**NAMES, "high": n}

        @extract_fields({"lowest": int})
        def chosen(n: int, key: str = "lowest") -> dict:
            return {key: n}

        @extract_fields({"inner": int})
        def nested(n: int) -> dict:
            def made() -> dict:
                return {"other": n}
            return {"inner": made()["other"]}
    """)
    assert dataflow.failure is None
    assert dataflow.graph.undelivered == ()


# Names


NEAR = """
    def discount(year: int) -> float:
        return 0.1

    def price(net: float, discuont: float = 0.0) -> float:
        return net * (1 - discuont)
"""


def test_a_slip_in_a_parameters_name_is_told_with_the_default_that_it_always_has(built):
    (near,) = built(NEAR).graph.near_names
    assert (near.parameter, near.node, near.function, near.default) == ("discuont", "discount", "price", "0.0")


@pytest.mark.parametrize(
    "elsewhere",
    [
        'inputs={"discuont": 1.0}',
        'inputs["discuont"] = 1.0',
        "run(discuont=1.0)",
        "from hamilton.function_modifiers import tag\ndef other(discuont: float) -> float: ...",
        "def discuont(x: int) -> float: ...",
        "def discuont__us(x: int) -> float: ...",
    ],
)
def test_a_name_that_another_file_gives_is_no_slip(built, tmp_path, elsewhere):
    (tmp_path / "run.py").write_text(elsewhere)
    assert built(NEAR).graph.near_names == ()


@pytest.mark.parametrize(
    "module",
    [
        "def features(feature: dict) -> dict:\n    return feature",
        "def scaled(scale: float) -> float:\n    return scale\n\ndef x(scale: float, n: float) -> float:\n    return n",
        "def weights(n: int) -> list[float]:\n    return []\n\ndef y(weight: float) -> float:\n    return weight",
        "def weights(n: int) -> float:\n    return 1.0\n\ndef y(weight: float) -> float:\n    return weight",
        "def data(n: int) -> str:\n    return ''\n\ndef y(date: str) -> str:\n    return date",
        "def part_1(n: int) -> str:\n    return ''\n\ndef y(part_2: str) -> str:\n    return part_2",
        (
            "def prices(n: int) -> str:\n    return ''\n\ndef y(prizes: str) -> str:\n    return prizes\n\n"
            "def z(prizes: str) -> str:\n    return prizes"
        ),
    ],
)
def test_inputs_that_only_resemble_a_node_are_no_slips(built, module):
    dataflow = built("    " + module.replace("\n", "\n    "))
    assert dataflow.failure is None
    assert dataflow.graph.near_names == ()


@pytest.mark.parametrize(
    ("name", "node", "has_default", "slip"),
    [
        ("validaton_score", "validation_score", False, True),
        ("vaildation_score", "validation_score", False, True),
        ("validatiom_score", "validation_score", False, True),
        ("validationscore", "validation_score", False, True),
        ("Validation_score", "validation_score", False, True),
        ("quiz_bnak", "quiz_bank", False, True),
        ("file_toc_onvert", "file_to_convert", False, True),
        ("form_data_1", "from_data_1", False, False),
        ("part_12_ab", "part_21_ab", False, False),
        ("on_a", "no_a", False, False),
        ("absence", "absences", False, False),
        ("absence", "absences", True, True),
        ("X_train", "y_train", True, False),
        ("mean_2020", "mean_2021", True, False),
        ("user_prices", "unit_prices", True, False),
    ],
)
def test_what_counts_as_a_slip_of_the_hand(name, node, has_default, slip):
    assert _is_slip(name, node, has_default=has_default) is slip


CYCLE = """
    def one(two: int) -> int:
        return two

    def two(one: int) -> int:
        return one
"""


def test_a_cycle_is_cut_by_who_overrides_one_of_its_nodes_and_not_by_another_module(built, tmp_path):
    (tmp_path / "other.py").write_text("def one(x: int) -> int:\n    return x\n")
    assert built(CYCLE).graph.cycles
    (tmp_path / "run.py").write_text('dr.execute(["two"], overrides={"one": 1})')
    assert not built(CYCLE).graph.cycles
