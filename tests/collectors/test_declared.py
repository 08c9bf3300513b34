"""What the owner declares of values is read; what is declared wrongly is said, with the line."""

from __future__ import annotations

import pytest

from windtunnel.collectors.declared import FILE, Declared, Misdeclared, declared


@pytest.fixture
def declare(tmp_path):
    def write(text):
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        return declared(tmp_path)

    return write


@pytest.fixture
def misdeclared(declare):
    def write(text):
        with pytest.raises(Misdeclared) as told:
            declare(text)
        return f"{told.value.location}: {told.value}"

    return write


def test_a_repository_without_declarations_declares_nothing(tmp_path):
    found = declared(tmp_path)
    assert found == Declared()
    assert not found.is_non_null("raw")
    assert found.least_rows("raw") == 0


def test_what_is_declared_of_a_table_holds_of_its_columns(declare):
    found = declare("non_null = ['raw', 'users.age']\nunique = 'users.id'\nmin_rows = {'raw': 10}\n")
    assert found.is_non_null("raw")
    assert found.is_non_null("raw", "anything")
    assert found.is_non_null("users", "age")
    assert not found.is_non_null("users")
    assert not found.is_non_null("users", "name")
    assert found.is_unique("users", "id")
    assert (found.least_rows("raw"), found.least_rows("users")) == (10, 0)


def test_a_name_may_be_a_glob_and_one_number_is_for_all_tables(declare):
    found = declare("non_null = ['*.id']\nmin_rows = 3\n")
    assert found.is_non_null("users", "id")
    assert not found.is_non_null("users", "age")
    assert found.least_rows("anything") == 3


def test_strategies_are_hypothesis_s_own(declare):
    found = declare("from hypothesis import strategies as st\nstrategies = {'age': st.integers(0, 99)}\n")
    assert repr(found.strategy_for("age")) == "integers(min_value=0, max_value=99)"
    assert found.strategy_for("name") is None
    assert found.names == ("age",)


def test_a_file_that_raises_is_told_with_its_line(misdeclared):
    said = misdeclared("import os\nraise KeyError('home')\n")
    assert said == "windtunnel_strategies.py:2: cannot be loaded: KeyError: 'home'"


def test_a_misspelt_word_is_told_with_the_nearest(misdeclared):
    said = misdeclared("import os\nnonnull = ['raw']\n")
    assert said == (
        "windtunnel_strategies.py:2: windtunnel_strategies.py: 'nonnull' means nothing here, did you mean 'non_null'?"
    )


def test_a_helper_with_another_name_is_left_alone(declare):
    assert declare("import os\nROWS = 3\nminimum = 2\n") == Declared()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("strategies = {'age': 3}", "'strategies' is expected to be a dict of Hypothesis strategies by name"),
        ("non_null = [3]", "'non_null' is expected to be a list of names"),
        ("min_rows = {'raw': 'two'}", "'min_rows' is expected to be a dict of whole numbers"),
        ("unique = 3", "'unique' is expected to be a list of names"),
    ],
)
def test_a_declaration_of_the_wrong_kind_is_told(misdeclared, text, said):
    assert said in misdeclared(text)
