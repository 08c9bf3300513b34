"""Functions are tried on inputs grown from a real run: rows drawn again, numbers nearby, the rest as it was."""

from __future__ import annotations

import pandas as pd
import pytest

from windtunnel.checks.wt601_unexpected_exception import unexpected_exception
from windtunnel.collectors.properties import collect_properties
from windtunnel.collectors.strategies_recorded import that_vary
from windtunnel.facts import Property

HEAD = """
import numpy as np
import pandas as pd
from hamilton.function_modifiers import check_output, load_from, parameterize, source, tag, value


class Model:
    def __init__(self):
        self.seen = 0


"""


@pytest.fixture
def lived(played, tmp_path):
    """The facts of a module's functions by node, tried after a driver has executed it."""

    def collect(text: str, wanted: list[str], inputs: dict, config: dict | None = None, **options):
        module, file = played(HEAD + text, wanted, inputs, config).recorded.modules[0]
        assert file.endswith(f"{module}.py")
        recorded = {str(path): "dags/a.py" for path in (tmp_path / "recorded").iterdir()}
        found = collect_properties(module, f"{module}.py", str(tmp_path), recorded=recorded, **options)
        return {facts.node: facts for facts in found}

    return collect


ORDERS = pd.DataFrame({"id": range(20), "price": [float(n) for n in range(20)], "kind": ["a", "b"] * 10})


def test_a_function_of_a_table_that_says_nothing_of_its_columns_is_tried_on_its_rows(lived):
    found = lived(
        "def spread(orders: pd.DataFrame) -> float:\n    return orders['price'].max()", ["spread"], {"orders": ORDERS}
    )
    facts = found["spread"]
    assert facts.examples == 101  # the recorded values themselves are the first
    assert facts.counterexamples == ()
    assert facts.grown_from == ("task 'task' of DAG 'dag'",)
    assert facts.dag_paths == ("dags/a.py",)


def test_an_exception_on_rows_drawn_again_is_found_with_few_rows_and_says_whose_they_are(lived):
    text = "def ratio(orders: pd.DataFrame) -> float:\n    return {True: 1.0}[bool((orders['kind'] == 'b').sum() > 4)]"
    facts = lived(text, ["ratio"], {"orders": ORDERS})["ratio"]
    (example,) = facts.counterexamples
    assert example.call == (
        "ratio(orders=pd.DataFrame({'id': [0, 1, 2, 3], 'price': [0.0, 1.0, 2.0, 3.0], 'kind': ['a', 'b', 'a', 'b']}))"
    )
    assert example.detail == "raises KeyError: False"
    (complaint,) = unexpected_exception.judge(facts)
    assert "which lie near the values that task 'task' of DAG 'dag' gave it" in complaint.evidence


def test_a_failure_on_the_recorded_values_themselves_is_told_as_such(lived):
    text = "def priced(orders: pd.DataFrame) -> int:\n    orders['tax'] = 1\n    return orders.shape[1] * 1.0"
    facts = lived(text, ["priced"], {"orders": ORDERS})["priced"]
    found = {one.property: one for one in facts.counterexamples}
    assert set(found) == {Property.RETURN_TYPE, Property.INPUTS_UNCHANGED}
    assert {one.on_record for one in found.values()} == {"task 'task' of DAG 'dag'"}


def test_tables_of_one_length_are_given_the_same_rows_and_numbers_stay_near(lived):
    facts = lived(
        """
def parts(orders: pd.DataFrame) -> pd.Series:
    return orders["id"]

def joined(orders: pd.DataFrame, parts: pd.Series, share: float, most: int, name: str, flag: bool) -> int:
    assert list(orders["id"]) == list(parts), "not the same rows"
    if not (0.05 <= share <= 0.55 and 50 <= most <= 200 and name == "x" and flag and len(orders) >= 4):
        return None
    return len(orders)
""",
        ["joined"],
        {"orders": ORDERS, "share": 0.1, "most": 100, "name": "x", "flag": True},
    )["joined"]
    assert facts.declined == 0
    assert facts.counterexamples == ()


def test_what_cannot_be_generated_is_as_it_was_recorded(lived):
    facts = lived(
        """
def model() -> Model:
    return Model()

def score(model: Model, orders: pd.DataFrame) -> float:
    return 1.0 * model.seen * len(orders)
""",
        ["score"],
        {"orders": ORDERS},
    )["score"]
    assert facts.examples == 101
    assert facts.counterexamples == ()


def test_sources_of_parameterized_functions_and_loaders_are_found(lived, tmp_path):
    ORDERS.to_csv(tmp_path / "orders.csv", index=False)
    found = lived(
        """
@load_from.csv(path=source("place"))
def orders(raw: pd.DataFrame) -> pd.DataFrame:
    return raw.assign(more=1)

@parameterize(
    ids={"column": value("id"), "table": source("orders")},
    prices={"column": value("price"), "table": source("orders")},
)
def one(table: pd.DataFrame, column: str) -> pd.Series:
    return table[column]
""",
        ["ids", "prices"],
        {"place": str(tmp_path / "orders.csv")},
    )
    assert {node: facts.not_exercised for node, facts in found.items()} == {"orders": "", "ids": ""}
    assert all(facts.examples > 100 and not facts.counterexamples for facts in found.values())


FANNED = """
from hamilton.htypes import Collect, Parallelizable

def number(numbers: list[int]) -> Parallelizable[int]:
    yield from numbers

def squared(number: int) -> int:
    return number * number

def total(squared: Collect[int]) -> int:
    return sum(squared)

def doubled(total: int) -> int:
    return 2 * total
"""


@pytest.mark.parametrize("numbers", [[2, 3, 4], [2]])
def test_functions_of_a_block_are_not_given_all_of_its_elements_or_one_for_all(lived, numbers):
    found = lived(FANNED, ["doubled"], {"numbers": numbers})
    assert {name: facts.counterexamples for name, facts in found.items() if facts.counterexamples} == {}
    assert found["doubled"].grown_from == ("task 'task' of DAG 'dag'",)


def test_entries_of_the_configuration_stay_what_they_were(lived):
    text = "def kept(orders: pd.DataFrame, rows: int) -> pd.DataFrame:\n    return orders.head({7: 7}[rows])"
    facts = lived(text, ["kept"], {"orders": ORDERS}, {"rows": 7})["kept"]
    assert facts.counterexamples == ()


def test_what_looks_personal_is_not_shown(lived):
    people = ORDERS.assign(email=[f"somebody{n}@example.org" for n in range(20)])
    text = "def broken(people: pd.DataFrame) -> int:\n    people['x'] = 1\n    return 1"
    (example,) = lived(text, ["broken"], {"people": people})["broken"].counterexamples
    assert "example.org" not in example.call + example.detail
    assert "'kind': ['a'" in example.call


def test_declared_rows_and_strategies_go_before_what_was_recorded(lived, tmp_path):
    declared = (
        "from hypothesis import strategies as st\nstrategies = {'share': st.just(9.0)}\nmin_rows = {'orders': 12}\n"
    )
    (tmp_path / "windtunnel_strategies.py").write_text(declared, encoding="utf-8")
    text = "def f(orders: pd.DataFrame, share: float) -> float:\n    return share if len(orders) >= 12 else None"
    facts = lived(text, ["f"], {"orders": ORDERS, "share": 0.5})["f"]
    assert facts.counterexamples == ()


def test_other_rows_are_drawn_of_the_tables_that_refer_to_others():
    everybody = ORDERS["id"]
    some = everybody.iloc[[3, 5, 8, 9]]
    assert that_vary({"all": everybody, "some": some, "others": some * 2, "n": 3}) == {"some", "others"}
    kinds = pd.DataFrame({"kind": ["a", "b"]})
    assert that_vary({"orders": ORDERS, "kinds": kinds}) == {"orders"}
    assert that_vary({"orders": ORDERS, "ids": everybody}) == {"orders", "ids"}


def test_what_has_failed_is_tried_first_the_next_time(write_module, tmp_path):
    from windtunnel.collectors.properties import iterate_properties
    from windtunnel.collectors.properties_search import Effort

    name = write_module("def rare(n: int) -> int:\n    return [0][n == 321]\n")

    def tried(memory: str, examples: int):
        effort = Effort(examples, 0, memory)
        ((_, facts),) = [
            pair for pair in iterate_properties(name, f"{name}.py", str(tmp_path), None, effort) if pair[1] is not None
        ]
        return facts.counterexamples

    memory = tmp_path / "memory"
    assert tried("", 5) == ()
    (known,) = tried(str(memory), 3000)
    assert known.call == "rare(n=321)"
    assert list(memory.rglob("*"))
    assert tried(str(memory), 5) == (known,)
    assert tried("", 5) == ()
