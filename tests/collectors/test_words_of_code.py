"""What a node may say is what its code says, and that of the user's functions, methods and modules that it names."""

from __future__ import annotations

import functools
import math
from types import SimpleNamespace

from windtunnel.collectors.words_of_code import words_of


def node_of(*functions, name="reader"):
    return SimpleNamespace(name=name, originating_functions=functions)


def helper(table):
    return table.zfill("deep")


@functools.cache
def kept(table):
    return table.fillna("kept")


class Cleaner:
    @staticmethod
    def of(table):
        return table.dropna()

    @property
    def mended(self):
        return Cleaner.of(self)


def reader(table):
    def inner(row):
        return row["inner"]

    math.floor(1)
    return helper(table)["day"], kept(table).amount, Cleaner, inner, ("one", "two")


def test_the_code_of_a_node_is_followed_into_what_it_names():
    names, texts = words_of(node_of(reader))
    assert {"helper", "zfill", "fillna", "dropna", "amount", "floor"} <= names
    assert {"day", "deep", "kept", "inner", "one", "two"} <= texts
    assert "reader" not in texts


def test_a_node_that_a_decorator_has_made_of_a_column_says_its_name():
    assert "day" in words_of(node_of(reader, name="day")).texts


def test_code_that_names_itself_comes_to_an_end():
    def endless(table):
        return endless(table) or Cleaner.of(table)

    assert "dropna" in words_of(node_of(endless)).names
    assert words_of(node_of()) == (frozenset(), frozenset())
