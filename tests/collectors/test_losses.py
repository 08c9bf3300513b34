"""What is lost between two likenesses, by hand: the smallest differences are seen, and what is alike is left alone."""

from __future__ import annotations

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest

from windtunnel.collectors.likeness import as_written, likeness_of
from windtunnel.collectors.losses import losses, lost_to_anybody
from windtunnel.facts import MOST_ROWS


def lost(saved, loaded):
    return [(loss.grade.value, loss.text) for loss in losses(likeness_of(saved), likeness_of(loaded))]


def table(*values, **options):
    return pd.DataFrame({"a": pd.Series(list(values), **options)})


DAYS = pd.to_datetime(["2024-01-31", "2024-02-01"])
ALIKE = {
    "integers that may be missing": (table(1, 2), table(1, 2, dtype="Int64")),
    "texts of any dtype": (table("x", None, dtype=object), table("x", None, dtype="string")),
    "narrower integers": (table(1, 2, dtype="int8"), table(1, 2)),
    "floats in their last digits": (table(1 / 3), table(0.3333333333)),
    "narrower floats": (table(0.1, dtype="float32"), table(0.1)),
    "an empty text": (table("", "x"), table(None, "x")),
    "no text": (table(None, "x"), table("", "x")),
    "none and NaN": (table("x", None, dtype=object), table("x", float("nan"), dtype=object)),
    "units of time": (table(*DAYS, dtype="datetime64[ns]"), table(*DAYS, dtype="datetime64[s]")),
    "numbers written as texts": (table("1.50", "2"), table(1.5, 2)),
    "categories in no order": (table("x", "y", dtype="category"), table("x", "y")),
    "no rows": (table(dtype="datetime64[ns]"), table(dtype=object)),
    "nothing but missing values": (table(None, None, dtype=object), table(None, None, dtype=float)),
    "some of the columns": (pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"b": [2]})),
    "some of the rows": (table("01"), table(1, 2)),
    "tables that share no column": (table(1), pd.DataFrame({"b": ["x"]})),
    "an index that counts": (table(1, 2), table(1, 2).set_index(pd.Index([0, 1]))),
    "lists and arrays in cells": (table([1, 2], dtype=object), table(np.array([1, 2]), dtype=object)),
    "a table and a mapping": (table(1), {"a": 1}),
    "what nobody compares": ([object()], [1]),
}
LOST = {
    "a time": (table(*DAYS), table("2024-01-31", "2024-02-01"), "type", "datetime64"),
    "a zone": (table(*DAYS, dtype="datetime64[ns, UTC]"), table(*DAYS), "type", "datetime64[ns, UTC], is read back as"),
    "an hour": (table(DAYS[0]), table(DAYS[0] + pd.Timedelta(hours=1)), "value", "2024-01-31T01:00:00"),
    "an order of categories": (
        table("x", "y", dtype=pd.CategoricalDtype(["y", "x"], ordered=True)),
        *(table("x", "y"), "type", "was category"),
    ),
    "a code": (table("007"), table(7), "guess", "column 'a' was '007', is read back as 7"),
    "a text that means missing": (table("NA", "x"), table(None, "x"), "guess", "'NA', is read back as missing"),
    "a long integer": (table(2**53 + 1), table(float(2**53)), "value", "9007199254740993, is read back as"),
    "integers": (table(1, None, dtype="Int64"), table(1, None), "type", "Int64, is read back as float64"),
    "a small number": (table(1e-12), table(0.0), "value", "1e-12, is read back as 0.0"),
    "infinity": (table(float("inf")), table(float("nan")), "value", "inf, is read back as missing"),
    "truth": (table(True, False), table("True", "False"), "type", "bool, is read back as"),
    "decimals": (table(decimal.Decimal("1.1")), table(1.1), "type", "object, is read back as float64"),
    "a date": (table(datetime.date(2024, 1, 1)), table("2024-01-01"), "type", "object, is read back as"),
    "the index": (table(1, 2).set_index(DAYS), table(1, 2), "frame", "a DatetimeIndex"),
    "names of columns": (pd.DataFrame({1: [1]}), pd.DataFrame({"1": [1]}), "type", "names was integers"),
    "the order": (pd.DataFrame({"a": [1], "b": [1]}), pd.DataFrame({"b": [1], "a": [1]}), "frame", "b, a"),
    "keys": ({1: "x"}, {"1": "x"}, "type", "the type of the keys was int, is read back as str"),
    "deep keys": ({"a": [{1: 2}]}, {"a": [{"1": 2}]}, "type", "keys of ['a'][0] was int"),
    "keys that fall together": ({1: "x", "1": "y"}, {"1": "y"}, "value", "2 entries, is read back as 1 entries"),
    "a tuple": ({"a": (1,)}, {"a": [1]}, "type", "entry ['a'] was a tuple, is read back as a list"),
    "an outer tuple": ((1,), [1], "type", "the value was a tuple, is read back as a list"),
    "NaN": ({"a": float("nan")}, {"a": None}, "type", "entry ['a'] was float, is read back as NoneType"),
    "an array's type": (np.array([1, 2]), np.array([1.0, 2.0]), "type", "the array was int64, is read back as float64"),
    "an array's shape": (np.zeros((2, 3)), np.zeros(6), "value", "(2, 3), is read back as (6,)"),
}


@pytest.mark.parametrize("name", ALIKE)
def test_what_readers_make_of_the_same_thing_is_no_loss(name):
    assert lost(*ALIKE[name]) == []


@pytest.mark.parametrize("name", LOST)
def test_what_was_lost_is_shown_as_it_was_and_as_it_is(name):
    saved, loaded, grade, text = LOST[name]
    found = lost(saved, loaded)
    assert [known for known, _ in found][:1] == [grade], found
    assert any(text in one for _, one in found), found


def test_the_gravest_loss_comes_first():
    saved = pd.DataFrame({"day": DAYS, "x": [1e-12, 1], "zip": ["01", "2"]})
    loaded = pd.DataFrame({"day": ["2024-01-31", "2024-02-01"], "x": [0.0, 1], "zip": [1, 2]})
    assert [grade for grade, _ in lost(saved, loaded)] == ["value", "guess", "type"]


def test_of_a_long_table_rows_at_equal_distances_are_compared():
    saved, loaded = table(*(f"{n:07}" for n in range(1_000_000))), table(*range(1_000_000))
    assert lost(saved, loaded) == [("guess", "column 'a' was '0000000', is read back as 0")]
    assert len(likeness_of(saved).parts[0].cells) == MOST_ROWS


def kinds(format_, saved, loaded, **options):
    found = lost_to_anybody(format_, as_written(likeness_of(saved), options), likeness_of(loaded))
    return [loss.grade.value for loss in found]


def test_what_a_text_cannot_hold_is_not_told_of_it():
    times, texts = table(*DAYS), table("2024-01-31", "2024-02-01")
    assert kinds("csv", times, texts) == []
    assert kinds("parquet", times, texts) == ["type"]
    assert kinds("html", table(1e-12), table(0.0)) == []


def test_zeros_before_a_number_are_lost_to_whoever_opens_a_csv_and_to_pandas_alone_in_json():
    assert kinds("csv", table("007"), table(7)) == ["guess"]
    assert kinds("json", table("007"), table(7)) == []
    assert kinds("csv", table("NA"), table(None)) == []


def test_digits_that_somebody_wants_cut_off_are_not_lost():
    assert kinds("csv", table(0.123), table(0.1)) == ["value"]
    assert kinds("csv", table(0.123), table(0.1), float_format="%.1f") == []


def test_an_index_that_somebody_wants_left_out_is_not_lost():
    assert kinds("parquet", table(1, 2).set_index(DAYS), table(1, 2)) == ["frame"]
    assert kinds("parquet", table(1, 2).set_index(DAYS), table(1, 2), index=False) == []
    assert kinds("parquet", table(1, 2, 3).iloc[[0, 2]], table(1, 3)) == []


def test_an_index_with_a_name_that_a_csv_leaves_out_is_lost_and_one_that_became_a_column_is_not():
    dated = table(1, 2).set_index(pd.Index(DAYS, name="day"))
    assert kinds("csv", dated, table(1, 2)) == ["frame"]
    assert kinds("csv", dated, dated.reset_index()) == []
    assert kinds("csv", dated, table(1, 2), index=False) == []
    assert kinds("csv", table(1, 2).set_index(DAYS), table(1, 2)) == []
    both = table(1, 2).set_index(pd.MultiIndex.from_arrays([DAYS, ["x", "y"]], names=["day", "line"]))
    assert kinds("csv", both, table(1, 2)) == ["frame"]
    assert kinds("csv", both, both.reset_index()) == []


def test_a_value_that_raises_when_it_is_looked_at_has_no_likeness():
    class Sly(dict):
        def __len__(self):
            raise RuntimeError

    assert likeness_of(Sly(a=1)) is None
