"""A finding becomes a plain test, which fails as the function stands and passes when it is mended."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from windtunnel.collectors.asides import first_test, suggested
from windtunnel.collectors.properties import open_module
from windtunnel.collectors.properties_search import Effort
from windtunnel.facts import Property

HEAD = """
import dataclasses
import enum
import os
import random

import numpy as np
import pandas as pd
from hamilton.function_modifiers import tag
from hamilton.htypes import column

Floats = column[pd.Series, float]
Ints = column[pd.Series, int]


class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"


@dataclasses.dataclass
class Order:
    prices: list[float]
    level: Level


"""

# (the property, the function as it is, what is mended in it)
CASES = [
    (Property.NO_EXCEPTION, "def share(a: int, b: int) -> float:\n    return a / b", ("a / b", "a / (abs(b) + 1)")),
    (
        Property.NO_EXCEPTION,
        "def dear(order: Order) -> float:\n    return max(order.prices)",
        ("max(order.prices)", "max(order.prices, default=0.0)"),
    ),
    (
        Property.RETURN_TYPE,
        "def sizes(words: list[str]) -> dict[str, int]:\n    return {w: len(w) or None for w in words}",
        (" or None", ""),
    ),
    (
        Property.INPUTS_UNCHANGED,
        "def filled(prices: Floats) -> pd.Series:\n    prices[0] = -1.0\n    return prices",
        ("prices[0]", "prices = prices.copy()\n    prices[0]"),
    ),
    (
        Property.DETERMINISTIC,
        "def near(n: int) -> float:\n    return n + random.random()",
        ("random.random()", "random.Random(n).random()"),
    ),
    (
        Property.RANDOM_STATE_KEPT,
        "def drawn(n: int) -> float:\n    random.seed(n)\n    return float(n)",
        ("random.seed(n)", "random.Random(n)"),
    ),
    (
        Property.PROCESS_UNCHANGED,
        "def zone(n: int) -> str:\n    os.environ['WIND'] = str(n)\n    return 'x'",
        ("os.environ['WIND'] = str(n)", "pass"),
    ),
    (
        Property.NOTHING_WRITTEN,
        "def noted(n: int) -> int:\n    open('noted.txt', 'w').write(str(n))\n    return n",
        ("open('noted.txt', 'w').write(str(n))", "pass"),
    ),
    (
        Property.NO_DEPRECATION,
        "def stacked(n: int) -> int:\n    return len(np.row_stack([[n], [n]]))",
        ("row_stack", "vstack"),
    ),
    (
        Property.COLUMNS_KEPT,
        "def table(a: Ints) -> pd.DataFrame:\n    return pd.DataFrame([{'b': v} for v in a])",
        ("[{'b': v} for v in a]", "{'b': a}"),
    ),
    (
        Property.ROWWISE,
        "@tag(windtunnel='rowwise')\ndef centred(a: Floats) -> pd.Series:\n    return a - a.mean()",
        (" - a.mean()", " - 1"),
    ),
    (
        Property.ORDER_INSENSITIVE,
        "@tag(windtunnel='order_insensitive')\ndef last(a: Ints) -> int:\n    return int(a.iloc[-1])",
        ("a.iloc[-1]", "a.max()"),
    ),
    (
        Property.IDEMPOTENT,
        "@tag(windtunnel='idempotent')\ndef more(n: int) -> int:\n    return n + 1",
        ("n + 1", "max(n, 1)"),
    ),
    (Property.MONOTONIC, "@tag(windtunnel='monotonic:n')\ndef less(n: int) -> int:\n    return -n", ("-n", "+n")),
    (
        Property.CONSERVES,
        "@tag(windtunnel='conserves:amount')\ndef once(amount: Ints) -> Ints:\n    return amount.drop_duplicates()",
        (".drop_duplicates()", ".sort_values()"),
    ),
    (
        Property.BOUNDED,
        "@tag(windtunnel='bounded:0..1')\ndef part(n: int) -> int:\n    return n",
        ("return n", "return n % 2"),
    ),
    (
        Property.INVERSE,
        "@tag(windtunnel='inverse:number')\ndef text(n: int) -> str:\n    return str(abs(n))",
        ("str(abs(n))", "str(n)"),
    ),
]


INVERSE = "def number(text: str) -> int:\n    return int(text)\n"


def name_of(function: str) -> str:
    return re.search(r"def (\w+)", function)[1]


@pytest.fixture
def opened(write_module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # some of the functions write where they stand

    def open_(text: str):
        name = write_module(text)
        found = open_module((name, f"{name}.py"), tmp_path, Effort(60, 0), {})
        assert found is not None
        return found

    return open_


def outcomes(folder) -> dict[str, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--rootdir", ".", "."]
    text = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300).stdout
    return {found[2]: found[1] for found in re.finditer(r"^(PASSED|FAILED) \S+::(\w+)", text, re.MULTILINE)}


def test_each_kind_of_finding_becomes_a_test_that_fails_now_and_passes_when_it_is_mended(opened, tmp_path, monkeypatch):
    monkeypatch.setenv("WIND", "north")  # the trial itself changes it, in this very process
    module = opened(HEAD + "\n\n\n".join([*(text for _, text, _ in CASES), INVERSE]))
    written = {}
    for kind, text, _ in CASES:
        node = name_of(text)
        test, why = first_test(module, [node], kind, "WT600", 60.0)
        assert not why, (node, why)
        assert "windtunnel" not in test.replace("Found by windtunnel (WT600)", "").partition('"""\n')[2]
        (tmp_path / f"test_{node}.py").write_text(test, encoding="utf-8")
        written[node] = re.search(r"def (test_\w+)", test)[1]
    monkeypatch.setenv("WIND", "north")
    assert outcomes(tmp_path) == dict.fromkeys(written.values(), "FAILED")
    file = tmp_path / f"{module.name}.py"
    mended = file.read_text(encoding="utf-8")
    for _, text, (old, new) in CASES:
        mended = mended.replace(text, text.replace(old, new))
    file.write_text(mended, encoding="utf-8")
    assert outcomes(tmp_path) == dict.fromkeys(written.values(), "PASSED")


def test_a_test_reads_as_people_write_it(opened):
    module = opened("def share(part: float, whole: float) -> float:\n    return part / whole\n")
    text, _ = first_test(module, ["share"], Property.NO_EXCEPTION, "WT601", 60.0)
    assert text.partition('"""\n\n')[2].splitlines() == [
        f"from {module.name} import share",
        "",
        "",
        "def test_share_does_not_raise():",
        "    part = 0.0",
        "    whole = 0.0",
        "    share(part=part, whole=whole)",
    ]


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        (
            "def f(n: int) -> int:\n    return n",
            Property.NO_EXCEPTION,
            "nothing is wrong with it by WT601, on 60 inputs",
        ),
        (
            "def f(conf: dict) -> int:\n    return 1",
            Property.NO_EXCEPTION,
            "it is not exercised: parameter 'conf: dict' does not say what it holds",
        ),
    ],
)
def test_where_there_is_nothing_to_write_the_reason_is_told(opened, text, kind, why):
    assert first_test(opened(text), ["f"], kind, "WT601", 60.0) == ("", why)


def test_what_held_on_all_inputs_is_suggested_and_what_did_not_is_not(opened):
    module = opened(
        HEAD
        + """
def doubled(a: Floats) -> pd.Series:
    return a * 2


def ranked(a: Floats) -> pd.Series:
    return a.cumsum()


@tag(windtunnel="bounded:0..1")
def share(n: int) -> float:
    return abs(n) / 1000


def cleaned(text: str) -> str:
    return text.strip()


def constant(n: int) -> int:
    return 3
"""
    )
    found = {name: words for _, name, words, _ in suggested(module, 60.0)}
    assert found == {
        "doubled": "rowwise, order_insensitive, monotonic:a",
        "ranked": "monotonic:a",
        "cleaned": "idempotent",
    }
