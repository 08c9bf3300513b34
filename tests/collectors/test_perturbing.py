"""A dataflow that breaks on the data of tomorrow is found today; one that holds, or declines, is left in peace."""

from __future__ import annotations

import importlib
import time

import numpy as np
import pandas as pd
import pytest

from windtunnel.collectors.changes_of_data import OF_SETTING
from windtunnel.collectors.contracts import Contracts
from windtunnel.collectors.declared import Declared
from windtunnel.collectors.peeks import peeks
from windtunnel.collectors.perturbing import Perturber, Stage
from windtunnel.collectors.smallest import smallest
from windtunnel.facts import Disturbance
from windtunnel.settings import PERTURBATIONS

TABLE = pd.DataFrame(
    {
        "age": [31.0, 45.0, 27.0, 62.0, 38.0],
        "group": ["a", "b", "a", "c", "b"],
        "count": [3, 5, 1, 2, 4],
    }
)


@pytest.fixture
def surveyed(played, tmp_path):
    """What breaks in a module's text when one table enters it as `table`."""

    def survey(text, table=TABLE, declared=None, kinds=PERTURBATIONS[:6], **inputs):
        head = "import numpy as np\nimport pandas as pd\n\n"
        replay = played(head + text, ["result"], inputs={"table": table, **inputs})
        stage = Stage(replay, tmp_path)
        asked = [OF_SETTING[word] for word in kinds]
        perturber = Perturber(stage, Contracts(declared or Declared(), replay), time.monotonic() + 600, asked)
        perturber.try_all()
        return perturber

    return survey


def broken(perturber):
    return {(group[0].change.kind, group[0].node) for group in perturber.survey.breaks.values()}


def code_of(perturber, kind):
    (found,) = [group[0] for group in perturber.survey.breaks.values() if group[0].change.kind is kind]
    return smallest(found, perturber, lambda: True)


HOLDS = """\
def mean(table: pd.DataFrame) -> float:
    return float(table["age"].mean())

def deviations(table: pd.DataFrame, mean: float) -> pd.Series:
    return (table["age"] - mean).abs()

def per_group(table: pd.DataFrame) -> pd.Series:
    return table.groupby("group")["age"].sum()

def result(deviations: pd.Series, per_group: pd.Series) -> dict:
    return {"most": deviations.max(), "groups": len(per_group)}
"""


def test_a_dataflow_that_holds_is_left_in_peace(surveyed):
    perturber = surveyed(HOLDS)
    assert not perturber.survey.breaks
    assert perturber.survey.trials > 10
    assert not perturber.survey.out_of_time


def test_the_first_node_that_breaks_is_blamed_with_the_line_that_did(surveyed, tmp_path):
    perturber = surveyed(
        """\
def initial(table: pd.DataFrame) -> pd.Series:
    return table["group"].map(lambda group: group.upper())

def result(initial: pd.Series) -> int:
    return int(initial.str.len().sum())
"""
    )
    (group,) = [one for key, one in perturber.survey.breaks.items() if key[0] is Disturbance.MISSING]
    assert group[0].node == "initial"
    assert group[0].location.line == 5
    assert group[0].change.text == "one value of column 'group' of 'table' is missing"
    assert group[0].outcome.endswith("object has no attribute 'upper'")  # a float's, or None's before pandas 3
    assert [one.change.text for one in group[1:]] == ["all values of column 'group' of 'table' are missing"]


def test_what_is_refused_on_purpose_is_declined(surveyed):
    perturber = surveyed(
        """\
def result(table: pd.DataFrame) -> float:
    if table.isna().any().any() or len(table) < 4:
        raise ValueError("a value is missing")
    return float(sum(len(group) for group in table["group"]))
"""
    )
    assert not broken(perturber)
    assert perturber.survey.declined >= 5


def test_few_rows_a_zero_a_constant_and_other_dtypes_are_tried(surveyed):
    assert (Disturbance.SMALL, "result") in broken(
        surveyed("def result(table: pd.DataFrame) -> float:\n    return table['age'].iloc[1]\n")
    )
    assert broken(surveyed("def result(table: pd.DataFrame) -> pd.Series:\n    return 1 / table['age']\n")) == {
        (Disturbance.ZERO, "result")
    }
    assert (Disturbance.DTYPES, "result") in broken(
        surveyed("def result(table: pd.DataFrame) -> str:\n    return np.dtype(table['age'].dtype).name\n")
    )
    assert (Disturbance.CONSTANT, "result") in broken(
        surveyed(
            "def result(table: pd.DataFrame) -> float:\n"
            "    one, *_, two = sorted(table['group'].unique())\n    return len(one + two)\n"
        )
    )


def test_what_the_owner_declares_does_not_occur(surveyed):
    text = "def result(table: pd.DataFrame) -> list:\n    return [group[0] for group in table['group']][1:]\n"
    assert broken(surveyed(text)) == {(Disturbance.MISSING, "result")}
    assert not broken(surveyed(text, declared=Declared(non_null=("table.group",))))
    first = "def result(table: pd.DataFrame) -> float:\n    return table['age'].iloc[0]\n"
    assert broken(surveyed(first)) == {(Disturbance.SMALL, "result")}
    assert not broken(surveyed(first, declared=Declared(min_rows={"table": 1})))


def test_a_validator_that_only_warns_declares_too(surveyed):
    perturber = surveyed(
        """\
from hamilton.function_modifiers import check_output

@check_output(allow_nans=False, importance="warn")
def groups(table: pd.DataFrame) -> pd.Series:
    return table["group"].where(table["age"] > 0)

def result(groups: pd.Series) -> list:
    return [group[0] for group in groups][1:]
"""
    )
    assert (Disturbance.MISSING, "result") not in broken(perturber)


def test_a_node_that_is_not_repeatable_takes_no_part(surveyed):
    perturber = surveyed(
        """\
def noise(table: pd.DataFrame) -> np.ndarray:
    return np.random.default_rng().random(len(table))

def noisy(table: pd.DataFrame, noise: np.ndarray) -> pd.Series:
    return table["age"] + noise

def result(noisy: pd.Series) -> float:
    return noisy.iloc[0]
"""
    )
    assert [(one.node, one.detail) for one in perturber.stage.unrepeated] == [("noise", "gives another value")]
    assert not broken(perturber)


def test_tables_whose_rows_belong_together_get_fewer_rows_together(surveyed):
    perturber = surveyed(
        "def result(table: pd.DataFrame, labels: pd.Series) -> float:\n"
        "    return float(np.dot(table['age'], labels))\n",
        labels=pd.Series([1, 0, 1, 0, 1]),
    )
    assert not broken(perturber)


LOOKED_UP = """
def named(table: pd.DataFrame, names: pd.Series) -> pd.Series:
    return names.loc[table.index]

def result(named: pd.Series) -> int:
    return len(named)
"""


def test_a_table_in_which_another_looks_up_its_rows_keeps_them(surveyed):
    names = pd.Series(["Ann", "Ben", "Cem", "Dora", "Eve", "Finn", "Gül"])
    assert surveyed(LOOKED_UP, table=TABLE.set_axis([4, 1, 6, 0, 3]), names=names).survey.breaks == {}
    found = surveyed(LOOKED_UP, table=TABLE, names=names).survey.breaks.values()  # rows that are counted may be any
    assert {broken.node for breaks in found for broken in breaks} == {"named"}


def test_the_smallest_input_is_code_that_runs(surveyed):
    perturber = surveyed(
        """\
def initial(table: pd.DataFrame, shift: int) -> pd.Series:
    return table["group"].map(lambda group: ord(group[0]) + shift)

def result(initial: pd.Series) -> int:
    return int(initial.max())
""",
        shift=1,
    )
    code = code_of(perturber, Disturbance.MISSING)
    assert "age" not in code
    assert f"pd.Series([None], dtype='{TABLE['group'].dtype}')" in code
    with pytest.raises(TypeError, match="object is not subscriptable"):
        exec(code)


def test_no_personal_value_is_shown(surveyed):
    table = pd.DataFrame({"email": ["ann@example.org", "bob@example.org", "cy@example.org"], "n": [1.5, 2.0, 3.0]})
    perturber = surveyed(
        """\
def users(table: pd.DataFrame) -> dict:
    return {mail: 3 / n for mail, n in zip(table["email"], table["n"].astype(object))}

def result(users: dict, table: pd.DataFrame) -> float:
    return users["cy@example.org"]
""",
        table=table,
    )
    said = [one.outcome for group in perturber.survey.breaks.values() for one in group]
    assert any("ZeroDivisionError" in one for one in said)
    assert any("KeyError" in one for one in said)
    shown = [smallest(group[0], perturber, lambda: True) for group in perturber.survey.breaks.values()]
    assert not any("@example.org" in text for text in (*said, *shown))


def test_many_rows_are_tried_as_few(surveyed):
    many = pd.DataFrame({"age": [float(n) for n in range(5_000)], "group": ["ab"] * 5_000, "count": range(5_000)})
    perturber = surveyed(HOLDS, table=many)
    assert len(perturber.stage.tables["table"]) <= 200
    assert not perturber.survey.breaks


SPLIT = """\
def scaled(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(age=table["age"] / {over}["age"].mean())

def data_train(scaled: pd.DataFrame) -> pd.DataFrame:
    return scaled.iloc[:3]

def data_test(scaled: pd.DataFrame) -> pd.DataFrame:
    return scaled.iloc[3:]

def result(data_train: pd.DataFrame, data_test: pd.DataFrame) -> float:
    return float(data_train["age"].sum() + data_test["age"].sum())
"""


def test_training_rows_that_see_the_rows_held_back_are_found(surveyed):
    (found,) = peeks(surveyed(SPLIT.format(over="table")).stage, lambda: True)
    assert (found.node, found.split, found.held, found.entering) == ("scaled", "data_train", "data_test", "table")


OVERLAPPING = """\
def scaled(table: pd.DataFrame) -> pd.DataFrame:
    return table[["age", "count"]] / 10

def data_train(scaled: pd.DataFrame) -> pd.DataFrame:
    return {train}

def data_test(scaled: pd.DataFrame) -> pd.DataFrame:
    return {test}

def result(data_train: pd.DataFrame, data_test: pd.DataFrame) -> int:
    return len(data_train) - len(data_test)
"""


@pytest.mark.parametrize("train", ["scaled", "scaled.iloc[:4]"])
def test_rows_that_stand_on_both_sides_are_found_where_they_are_left_in(surveyed, train):
    (found,) = peeks(surveyed(OVERLAPPING.format(train=train, test="scaled.iloc[1:]")).stage, lambda: True)
    assert (found.node, found.split, found.held, found.entering) == ("data_train", "data_train", "data_test", "table")


@pytest.mark.parametrize("rows", [range(5), [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]])
def test_sides_that_both_count_their_rows_from_0_have_none_in_common(surveyed, rows):
    table = TABLE.iloc[[*rows]].reset_index(drop=True)
    half = len(table) // 2
    text = OVERLAPPING.format(train=f"scaled.iloc[:{half}]", test=f"scaled.iloc[{half}:].reset_index(drop=True)")
    assert not list(peeks(surveyed(text, table=table).stage, lambda: True))


def test_a_split_that_keeps_them_apart_is_left_in_peace(surveyed):
    assert not list(peeks(surveyed(SPLIT.format(over="table.iloc[:3]")).stage, lambda: True))


def test_a_split_that_depends_on_the_numbers_moved_is_not_judged(surveyed):
    perturber = surveyed(
        """\
def train(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["age"] < table["age"].mean()]

def test(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["age"] >= table["age"].mean()]

def result(train: pd.DataFrame, test: pd.DataFrame) -> int:
    return len(train) - len(test)
"""
    )
    assert not list(peeks(perturber.stage, lambda: True))


TIMED = """\
def changed(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(age={change})

def rows_train(changed: pd.DataFrame) -> pd.DataFrame:
    return changed[changed["at"] < "2025-01-21"]

def test_score(changed: pd.DataFrame) -> pd.DataFrame:
    return changed.iloc[-5:]

def result(rows_train: pd.DataFrame, test_score: pd.DataFrame) -> float:
    return float(rows_train["age"].sum() + test_score["age"].sum())
"""


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("table['age'] / table['age'].max()", True),
        ("table['age'] / table['age'].iloc[:20].max()", False),
        ("table['age'].cummax()", False),
        ("table['age'].shift(-1)", False),  # what is to be foretold
        ("table['age'].iloc[::-1].cummax().iloc[::-1]", True),
    ],
)
def test_training_rows_that_see_later_ones_are_found_whatever_these_are_for(surveyed, change, seen):
    ages = [float(n % 7) for n in range(30)]
    table = pd.DataFrame({"age": [*ages[:-1], 90.0], "at": pd.date_range("2025-01-01", periods=30)})
    perturber = surveyed(TIMED.format(change=change), table=table)
    assert [(one.node, one.split, one.held) for one in peeks(perturber.stage, lambda: True)] == (
        [("changed", "rows_train", "")] if seen else []
    )


ARROW = """import pyarrow as pa
import pyarrow.compute as pc

def scaled(table: pa.Table) -> pa.Table:
    return table.set_column(1, "age", pc.divide(table["age"], pc.mean({over}["age"])))

def data_train(scaled: pa.Table) -> pa.Table:
    return scaled.slice(0, 3)

def data_test(scaled: pa.Table) -> pa.Table:
    return scaled.slice(3)

def result(data_train: pa.Table, data_test: pa.Table) -> int:
    return len(data_train) + len(data_test)
"""
POLARS = """import polars as pl

def scaled(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.col("age") / {over}["age"].mean())

def data_train(scaled: pl.DataFrame) -> pl.DataFrame:
    return scaled[:3]

def data_test(scaled: pl.DataFrame) -> pl.DataFrame:
    return scaled[3:]

def result(data_train: pl.DataFrame, data_test: pl.DataFrame) -> int:
    return len(data_train) + len(data_test)
"""
KINDS = {
    "pyarrow": (ARROW, "Table", "from_pydict", "table.slice(0, 3)"),
    "polars": (POLARS, "DataFrame", "", "table[:3]"),
}


@pytest.mark.parametrize("library", ["pyarrow", pytest.param("polars", marks=pytest.mark.extras)])
def test_tables_without_an_index_are_judged_by_a_key(surveyed, library):
    module = importlib.import_module(library)
    text, kind, maker, first = KINDS[library]
    make = getattr(getattr(module, kind), maker) if maker else getattr(module, kind)
    table = make({"id": list("abcdef"), "age": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    (found,) = peeks(surveyed(text.format(over="table"), table=table).stage, lambda: True)
    assert (found.node, found.split, found.held) == ("scaled", "data_train", "data_test")
    assert not list(peeks(surveyed(text.format(over=first), table=table).stage, lambda: True))
    keyless = make({"id": list("aabbcc"), "age": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    assert not list(peeks(surveyed(text.format(over="table"), table=keyless).stage, lambda: True))


def test_every_word_of_the_setting_means_a_kind_of_change():
    assert tuple(OF_SETTING) == PERTURBATIONS
    assert set(OF_SETTING.values()) == set(Disturbance)


def test_what_is_not_asked_for_is_not_tried(surveyed):
    text = """\
def result(table: pd.DataFrame) -> int:
    return sum({"a": 1, "b": 2, "c": 3}[group] for group in table["group"])
"""
    assert (Disturbance.TEXT, "result") not in broken(surveyed(text))
    assert broken(surveyed(text, kinds=("texts",))) == {(Disturbance.TEXT, "result")}


def test_a_column_that_is_promised_and_not_there_is_a_break(surveyed):
    perturber = surveyed(
        """\
from hamilton.function_modifiers import extract_columns

@extract_columns("is_a", "is_b")
def indicators(table: pd.DataFrame) -> pd.DataFrame:
    return pd.get_dummies(table["group"], prefix="is")

def result(is_b: pd.Series) -> int:
    return int(is_b.sum())
"""
    )
    (found,) = [one for key, (one, *_) in perturber.survey.breaks.items() if key[0] is Disturbance.CONSTANT]
    assert (found.node, found.location.line) == ("is_b", 7)


def test_arrays_get_fewer_rows_and_a_nan(surveyed):
    perturber = surveyed(
        """\
def positive(array: np.ndarray) -> list:
    return [int(number) for number in array]

def result(positive: list, table: pd.DataFrame) -> int:
    return positive[2]
""",
        array=np.array([1.0, 2.0, 3.0, 4.0, 5.0]),
    )
    assert broken(perturber) == {(Disturbance.SMALL, "result"), (Disturbance.MISSING, "positive")}
    code = code_of(perturber, Disturbance.MISSING)
    assert "np.array([float('nan')], dtype='float64')" in code
    with pytest.raises(ValueError, match="cannot convert float NaN to integer"):
        exec(code)
