"""What an owner declares of a function is tried: what holds stays silent, what does not is found and shrunk."""

from __future__ import annotations

import textwrap

import pytest

from windtunnel.facts import DECLARABLE, Property

HEAD = """
import numpy as np
import pandas as pd
from hamilton.function_modifiers import extract_columns, tag
from hamilton.htypes import column

Floats = column[pd.Series, float]
Ints = column[pd.Series, int]


"""


@pytest.fixture
def declares(tried):
    """The facts of the one function that declares something."""

    def facts(declared: str, text: str):
        module = f"{HEAD}@tag(windtunnel={declared!r})\n{textwrap.dedent(text)}"
        found = tried(module, max_examples=40)
        return next(one for one in found.values() if one.location.line == HEAD.count("\n") + 2)

    return facts


def broken(facts) -> list[str]:
    return [one.detail for one in facts.counterexamples if one.property in DECLARABLE]


HOLD = [
    ("rowwise", "def f(a: Floats) -> pd.Series:\n    return a * 2"),
    ("rowwise", "def f(a: Floats, b: Ints, by: float) -> pd.DataFrame:\n    return pd.DataFrame({'c': a + b * by})"),
    ("rowwise", "def f(a: np.typing.NDArray[np.float64]) -> np.ndarray:\n    return np.abs(a)"),
    ("rowwise", "def f(a: Ints) -> pd.DataFrame:\n    return pd.DataFrame({'a': a[a > 0]}).reset_index(drop=True)"),
    ("order_insensitive", "def f(a: Floats) -> float:\n    return float(a.sum())"),
    ("order-insensitive", "def f(a: Ints) -> pd.Series:\n    return a.sort_values()"),
    ("order_insensitive", "def f(a: Ints, b: Floats) -> pd.DataFrame:\n    return pd.DataFrame({'a': a, 'b': b})"),
    ("idempotent", "def f(a: Floats) -> Floats:\n    return a.clip(0, 1)"),
    ("idempotent:text", "def f(text: str, other: str) -> str:\n    return text.strip()"),
    ("monotonic:price", "def f(price: float, n: int) -> float:\n    return price * 2 + n"),
    ("monotonic:-price", "def f(price: int) -> int:\n    return 10 - price"),
    ("monotonic:price", "def f(price: Floats) -> Floats:\n    return price.clip(0, 100)"),
    ("monotonic:price", "def f(price: Ints) -> bool:\n    return bool(price.max() > 10)"),
    ("conserves:amount", "def f(amount: Floats, key: Ints) -> pd.Series:\n    return amount.groupby(key % 3).sum()"),
    ("conserves:amount", "def f(amount: list[int]) -> int:\n    return sum(amount)"),
    ("bounded:0..1", "def f(a: Floats) -> Floats:\n    return (a - a.min()) / (a.max() - a.min())"),
    ("bounded:0..", "def f(a: float) -> dict[str, float]:\n    return {'a': abs(a)}"),
    ("inverse:g", "def f(a: int) -> str:\n    return str(a)\n\ndef g(f: str) -> int:\n    return int(f)"),
    ("rowwise, bounded:-1..1", "def f(a: Floats) -> pd.Series:\n    return np.sign(a)"),
]
FAIL = [
    ("rowwise", "def f(a: Floats) -> pd.Series:\n    return a - a.mean()", "but the results for both halves"),
    ("rowwise", "def f(a: Ints) -> pd.Series:\n    return a.shift(1)", "but the results for both halves"),
    ("order_insensitive", "def f(a: Ints) -> pd.Series:\n    return a.cumsum()", "with its rows backwards"),
    (
        "order_insensitive",
        "def f(a: Ints) -> int:\n    return int(a.iloc[0])",
        "but 1 with its rows backwards",
    ),
    ("idempotent", "def f(n: int) -> int:\n    return n + 1", "returns 1, but 2 when given that as 'n'"),
    ("monotonic:price", "def f(price: int) -> int:\n    return -price", "falls from 0 to -1 with 'price' greater by 1"),
    ("monotonic:-price", "def f(price: int) -> int:\n    return price", "rises from 0 to 1 with 'price' greater by 1"),
    (
        "conserves:amount",
        "def f(amount: Ints) -> pd.Series:\n    return amount.drop_duplicates()",
        "returns a total 'amount' of 1, but is given one of 2",
    ),
    ("bounded:0..1", "def f(a: int) -> int:\n    return a", "returns -1, and -1 is not within 0..1"),
    (
        "inverse:g",
        "def f(a: int) -> str:\n    return str(abs(a))\n\ndef g(f: str) -> int:\n    return int(f)",
        "returns '1', of which g makes 1",
    ),
]


@pytest.mark.parametrize(("declared", "text"), HOLD)
def test_what_holds_is_tried_and_stays_silent(declares, declared, text):
    facts = declares(declared, text)
    assert broken(facts) == []
    assert facts.misdeclared == ()
    assert set(facts.tried).intersection(DECLARABLE)


@pytest.mark.parametrize(("declared", "text", "said"), FAIL)
def test_what_does_not_hold_is_found_and_said_as_it_was_declared(declares, declared, text, said):
    (detail,) = broken(declares(declared, text))
    assert said in detail
    assert detail.endswith(f"(declared {declared.replace('-i', '_i')!r})")


def test_each_declared_property_has_a_counterexample_of_its_own(declares):
    facts = declares("monotonic:n, bounded:0..1", "def f(n: int) -> int:\n    return -n")
    assert {one.property for one in facts.counterexamples} == {Property.MONOTONIC, Property.BOUNDED}


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("idempotnet", "declares 'idempotnet', which windtunnel does not know, did you mean 'idempotent'?"),
        ("fast", "declares 'fast', which windtunnel does not know (known are rowwise, order_insensitive"),
        ("monotonic", "declares 'monotonic', which is written monotonic:NAME"),
        ("bounded:high", "declares 'bounded:high', which is written bounded:LOWEST..HIGHEST"),
        ("bounded:1..0", "declares 'bounded:1..0', which is written"),
        ("bounded:..", "declares 'bounded:..', which is written"),
        ("rowwise:a", "declares 'rowwise:a', but 'rowwise' takes nothing after a colon"),
    ],
)
def test_a_word_that_is_not_known_is_told(declares, declared, said):
    (wrong,) = declares(declared, "def f(n: int) -> int:\n    return n").misdeclared
    assert wrong.message.startswith(said)
    assert not wrong.is_understood


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("rowwise", "it takes no table"),
        ("monotonic:m", "no parameter and no column 'm' holds numbers"),
        ("conserves:m", "no parameter and no column 'm' is given to it"),
        ("inverse:g", "there is no function 'g' in its module"),
        ("idempotent:m", "it has no parameter 'm' that takes its result"),
    ],
)
def test_what_no_example_says_anything_of_is_told(declares, declared, said):
    (wrong,) = declares(declared, "def f(n: int) -> int:\n    return n").misdeclared
    assert wrong.message == f"declares {declared!r}, of which no example says anything: {said}"
    assert wrong.is_understood


def test_the_tag_may_stand_above_other_decorators_and_hold_a_list(tried):
    text = (
        f"{HEAD}@tag(windtunnel=['rowwise', 'bounded:0..'])\n@extract_columns('b')\n"
        + textwrap.dedent("""
        def f(a: Floats) -> pd.DataFrame:
            return pd.DataFrame({"b": a.abs()})
    """).lstrip()
    )
    (facts,) = tried(text, max_examples=20).values()
    assert {Property.ROWWISE, Property.BOUNDED} <= set(facts.tried)
    assert facts.counterexamples == ()


def test_declared_strategies_make_the_inputs_that_types_do_not(tried, tmp_path):
    declared = "import pandas as pd\nfrom hypothesis import strategies as st\nstrategies = {'raw': "
    frames = "st.lists(st.integers(0, 9), min_size=4).map(lambda v: pd.DataFrame({'v': v}))}\n"
    (tmp_path / "windtunnel_strategies.py").write_text(declared + frames, encoding="utf-8")
    (facts,) = tried("""
        import pandas as pd

        def total(raw: pd.DataFrame) -> pd.DataFrame:
            return pd.DataFrame([{"w": v} for v in raw["v"]])
    """).values()
    assert facts.examples == 100
    (example,) = facts.counterexamples
    assert example.property is Property.COLUMNS_KEPT
    assert example.detail == "makes no column 'w' of no row, as it does of 4 rows"


def test_declarations_that_cannot_be_read_are_told_and_the_functions_tried(tried, tmp_path):
    (tmp_path / "windtunnel_strategies.py").write_text("min_rows = 'two'\n", encoding="utf-8")
    (facts,) = tried("def f(n: int) -> int:\n    return n").values()
    (wrong,) = facts.misdeclared
    assert (wrong.node, str(wrong.location)) == ("", "windtunnel_strategies.py:1")
    assert facts.examples == 100
