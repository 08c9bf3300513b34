"""Values that flow through a dataflow are compared with annotations, and only certain misfits are told."""

from __future__ import annotations

import asyncio
import sys
import textwrap
import time
import types
from pathlib import Path

import pytest
from hamilton import async_driver, driver
from hamilton.lifecycle import base

from windtunnel.collectors.executions import Execution
from windtunnel.collectors.node_values import NodeValues

IMPORTS = """\
import collections, dataclasses, datetime, decimal, enum, functools, pathlib, typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, NewType, Optional, Protocol, TypedDict, TypeVar, Union
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from typing_extensions import NotRequired
from hamilton.function_modifiers import *
from hamilton.htypes import Collect, Parallelizable
"""


class Looking(base.BasePreGraphExecute, base.BasePostNodeExecute):
    def __init__(self):
        self.values = NodeValues()

    def pre_graph_execute(self, *, run_id, graph, final_vars, inputs, overrides):
        given = tuple(inputs or ()), tuple(overrides or ())
        self.execution = Execution(graph, tuple(final_vars), *given, time.monotonic())
        self.values.entered(self.execution, inputs, overrides)

    def post_node_execute(self, *, run_id, node_, kwargs, success, error, result, task_id=None):
        if success and not asyncio.isfuture(result):
            self.execution.executed.append(node_.name)
            self.values.returned(self.execution, node_, result)


class LookingLate(base.BasePostNodeExecuteAsync):
    def __init__(self, looking):
        self.looking = looking

    async def post_node_execute(self, **what):
        self.looking.post_node_execute(**what)


@pytest.fixture
def flow(tmp_path, monkeypatch):
    def make(text):
        file = tmp_path / "flow.py"
        file.write_text(IMPORTS + textwrap.dedent(text))
        module = types.ModuleType("flow_of_a_test")
        monkeypatch.setitem(sys.modules, "flow_of_a_test", module)
        exec(compile(file.read_text(), str(file), "exec"), vars(module))
        return module

    return make


def seen(module, wanted=None, config=None, dynamic=False, adapters=(), **given):
    looking = Looking()
    builder = driver.Builder().with_modules(module).with_config(config or {}).with_adapters(looking, *adapters)
    if dynamic:
        builder = builder.enable_dynamic_execution(allow_experimental_mode=True)
    built = builder.build()
    names = [node.name for node in built.list_available_variables() if not node.is_external_input]
    built.execute(wanted or names, **given)
    return looking.values.taken("dag", "task", Path("/"))


def told(flows):
    return {(one.node, one.consumer, one.wanted, one.got) for one in flows.misfits}


CORRECT = """
    T = TypeVar("T")
    Metres = NewType("Metres", float)
    Table = pd.DataFrame

    class Named(Protocol):
        name: str

    class Box(Generic[T]):
        def __init__(self, held: T) -> None:
            self.held = held

    class Colour(enum.Enum):
        RED = "red"

    class Point(typing.NamedTuple):
        x: int
        name: str

    class Sales(pd.DataFrame):
        pass

    class Row(TypedDict):
        name: str
        size: NotRequired[int]

    @dataclasses.dataclass
    class Order:
        lines: list[str]

    def a1() -> float: return 3
    def a2() -> float: return np.int64(3)
    def a3() -> int: return np.int32(3)
    def a4() -> int: return True
    def a5() -> bool: return np.bool_(True)
    def a6() -> complex: return 1.5
    def a7() -> str: return np.str_("x")
    def a8() -> float: return float("nan")
    def b1() -> list[float]: return [1, 2.5, np.float32(3)]
    def b2() -> Sequence[str]: return ("a", "b")
    def b3() -> Iterable[int]: return range(3)
    def b4() -> Iterator[int]: return (n for n in range(3))
    def b5() -> Sequence[float]: return np.array([1.0])
    def b6() -> Iterable[float]: return pd.Series([1.0])
    def b7() -> set[int]: return {1}
    def b8() -> tuple[int, ...]: return ()
    def b9() -> tuple[int, str]: return Point(1, "a")
    def b10() -> list[int]: return []
    def b11() -> collections.deque[int]: return collections.deque([1])
    def c1() -> dict[str, Any]: return collections.defaultdict(list, a=1)
    def c2() -> Mapping[str, int]: return __import__("types").MappingProxyType({"a": 1})
    def c3() -> Row: return {"name": "a"}
    def c4() -> dict[str, list[Optional[int]]]: return {"a": [1, None]}
    def c5() -> collections.Counter[str]: return collections.Counter("abc")
    def d1() -> Named: return pathlib.Path("a")
    def d2() -> Box[int]: return Box("a")
    def d3() -> Metres: return 3.0
    def d4() -> Literal["a", 1]: return "a"
    def d5() -> Colour: return Colour.RED
    def d6() -> Callable[[int], int]: return functools.partial(pow, 2)
    def d7() -> type[Exception]: return ValueError
    def d8() -> Annotated[int, "metres"]: return 3
    def d9() -> Order: return Order([1])
    def d10() -> Union[int, "pd.Series", None]: return None
    def d11() -> Any: return 3
    def d12() -> object: return None
    def d13() -> pathlib.Path: return pathlib.PurePosixPath("a") and pathlib.Path("a")
    def e1() -> "pd.DataFrame": return Sales({"a": [1]})
    def e2() -> Table: return pd.DataFrame()
    def e3() -> Annotated[pd.Series, float]: return pd.Series([1, 2])
    def e4() -> Annotated[pd.Series, str]: return pd.Series(["a"])
    def e5() -> Annotated[pd.Series, int]: return pd.Series([1, None], dtype="Int64")
    def e6() -> NDArray[np.float64]: return np.array([1.0], dtype="float32")
    def e61() -> NDArray[np.float64]: return np.array([1])
    def e62() -> NDArray[np.int64]: return np.array(["a"], dtype=object)
    def e63() -> NDArray[np.generic]: return np.array([1.5])
    def e64() -> NDArray[np.int64]: return np.array([])
    def e7() -> np.ndarray: return np.array([[1]])
    def e8() -> datetime.datetime: return pd.Timestamp("2026-01-01")
    def e9() -> datetime.date: return datetime.datetime(2026, 1, 1)
    def e10() -> decimal.Decimal: return decimal.Decimal(1)
    def f1(b1: Sequence[float], c1: dict, a1: float, d11: Any, d12: object) -> None: return None
    def f2(e1: pd.DataFrame, d8: int) -> dict: return {}

    @check_output(data_type=float, range=(0, 5), importance="warn")
    def g1() -> float: return 3.0

    @extract_columns("a", "b")
    def g2() -> pd.DataFrame: return pd.DataFrame({"a": [1], "b": ["x"], "c": [1]})

    @extract_fields({"f": int, "g": Optional[str]})
    def g3() -> dict: return {"f": 1, "g": None}

    @unpack_fields("u", "v")
    def g4() -> tuple[int, str]: return 1, "a"

    @extract_columns("late", fill_with=0)
    def g5() -> pd.DataFrame: return pd.DataFrame({"a": [1]})

    @parameterize(p1=dict(n=value(1)), p2=dict(n=source("a3")))
    def g6(n: int) -> int: return n

    @schema.output(("a", "int"))
    def g7() -> pd.DataFrame: return pd.DataFrame({"a": [1]})

    @does(lambda **given: sum(given.values()))
    def g8(a3: int, a4: int) -> int: ...

    def _plus(n: int, more: float) -> float: return n + more

    @pipe_output(step(_plus, more=value(0.5)))
    def g9() -> int: return 1
"""


def test_what_conforms_in_any_style_is_silent(flow):
    found = seen(flow(CORRECT))
    assert told(found) == set()
    assert not found.undelivered
    assert [verdict.passes for verdict in found.validations] == [True, True]


@pytest.mark.parametrize(
    ("annotation", "value", "got"),
    [
        ("str", "3", "int"),
        ("int", "2.5", "float"),
        ("pd.DataFrame", "None", "None"),
        ("list[str]", "[1, 'a', None]", "list[int | str | None]"),
        ("list[str]", "['a'] * 5000 + [1]", "list[int | str]"),
        ("dict[str, int]", "{1: 2}", "dict[int, int]"),
        ("dict[str, list[float]]", "{'a': ['b']}", "dict[str, list[str]]"),
        ("tuple[int, int]", "(1, 2, 3)", "tuple[int, int, int]"),
        ("Optional[int]", "'a'", "str"),
        ("pd.Series", "np.array([1.5])", "ndarray of float64"),
        ("pd.Series", "pd.DataFrame()", "DataFrame"),
        ("Annotated[pd.Series, int]", "pd.Series([1.5])", "Series of float64"),
        ("NDArray[np.int64]", "np.array([1.5])", "ndarray of float64"),
        ("NDArray[np.float64]", "np.array(['2026'], dtype='datetime64[D]')", "ndarray of datetime64[D]"),
        ("Literal['a']", "'b'", "str"),
        ("set[int]", "{'a'}", "set[str]"),
    ],
)
def test_a_value_that_is_not_what_its_function_says_is_told_by_its_type(flow, annotation, value, got):
    found = seen(flow(f"def made() -> {annotation}:\n    return {value}\n"))
    ((node, consumer, wanted, shown),) = told(found)
    assert (node, consumer, shown) == ("made", "", got)
    assert wanted
    assert found.misfits[0].location.line == IMPORTS.count("\n") + 1


def test_a_consumer_that_asks_for_more_than_is_promised_is_told_if_it_is_run(flow):
    module = flow("""
        def table() -> dict: return {1: "a"}
        def one(table: dict[str, str]) -> int: return 1
        def other(table: dict[int, str]) -> int: return 1
        def idle(table: dict[float, float]) -> int: return 1
        def vague() -> Any: return "3"
        def three(vague: int) -> int: return 3
    """)
    assert told(seen(module, ["one", "other", "three"])) == {
        ("table", "one", "dict[str, str]", "dict[int, str]"),
        ("vague", "three", "int", "str"),
    }


def test_inputs_are_looked_at_where_hamilton_does_not(flow):
    module = flow("""
        def one(names: list[str], sizes: dict[str, int], pair: list[int], whole: float = 1.0) -> int: return 1
        def idle(names: list[str]) -> int: return 1
    """)
    given = {"names": ["a", 2], "sizes": {"a": 1}, "pair": (1, 2), "whole": None}
    found = seen(module, ["one"], inputs=given)
    assert told(found) == {("names", "one", "list[str]", "list[int | str]")}
    assert found.misfits[0].given


def test_overrides_that_are_needed_are_looked_at(flow):
    module = flow("""
        def first() -> int: return 1
        def second(first: int) -> int: return 2
        def third() -> int: return 1
    """)
    assert told(seen(module, ["second"], overrides={"first": "a", "third": "b"})) == {("first", "", "int", "str")}
    assert told(seen(module, ["second"], overrides={"first": None})) == set()


def test_elements_of_what_is_run_in_parallel_are_compared_one_by_one(flow):
    module = flow("""
        def part() -> Parallelizable[int]: yield from (1, 2)
        def text(part: int) -> str: return str(part)
        def all_of(text: Collect[str]) -> list[str]: return list(text)
        def wrong() -> Parallelizable[int]: yield from ("a", "b")
        def echo(wrong: int) -> Any: return wrong
        def echoes(echo: Collect[int]) -> int: return 1
    """)
    assert told(seen(module, ["all_of"], dynamic=True)) == set()
    assert told(seen(module, ["echoes"], dynamic=True)) == {
        ("wrong", "", "Parallelizable[int]", "list[str]"),
        ("echo", "echoes", "int", "str"),
    }


def test_an_asynchronous_driver_shows_results_and_not_promises(flow):
    module = flow("""
        async def right() -> int: return 1
        async def wrong(right: int) -> str: return 2
    """)
    looking = Looking()

    async def go():
        adapters = looking, LookingLate(looking)
        built = await async_driver.Builder().with_modules(module).with_adapters(*adapters).build()
        await built.execute(["wrong"])

    asyncio.run(go())
    assert told(looking.values.taken("dag", "task", Path("/"))) == {("wrong", "", "str", "int")}


def test_what_an_adapter_puts_in_the_place_of_results_is_not_compared(flow):
    class Dry(base.BaseDoNodeExecute):
        def do_node_execute(self, **_):
            return "dry"

    assert told(seen(flow("def made() -> int:\n    return 1\n"), adapters=[Dry()])) == set()


def test_promised_columns_and_fields_that_are_not_there_are_told(flow):
    module = flow("""
        @extract_columns("a", "b", "c")
        def table() -> pd.DataFrame: return pd.DataFrame({"a": [1]})

        @extract_fields({"x": int, "y": int})
        def fields() -> dict: return {"x": 1}

        @schema.output(("p", "int"), ("q", "int"))
        def declared() -> pd.DataFrame: return pd.DataFrame({"p": [1]})
    """)
    found = seen(module, ["a", "x", "declared"])
    assert {(one.node, one.kind, one.names, one.declared) for one in found.undelivered} == {
        ("table", "column", ("b", "c"), False),
        ("fields", "field", ("y",), False),
        ("declared", "column", ("q",), True),
    }


def test_only_validators_that_warn_are_heard(flow):
    module = flow("""
        @check_output(range=(0, 1), importance="warn")
        def loud() -> float: return 3.0

        @check_output(range=(0, 5), importance="fail")
        def strict() -> float: return 3.0
    """)
    found = seen(module)
    assert [(one.node, one.validator, one.passes) for one in found.validations] == [("loud", "range_validator", False)]


def test_a_value_is_told_under_the_name_that_the_user_gave_it(flow):
    module = flow("""
        @check_output(range=(0, 5), importance="warn")
        def size() -> float: return "3"
    """)
    found = seen(module, ["size_raw"])
    assert {(one.node, one.got) for one in found.misfits} == {("size", "str")}
