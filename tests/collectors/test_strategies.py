"""An annotation that says enough becomes values that fit it; another says why not."""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
import enum
import math
import pathlib
import typing
import unicodedata
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from windtunnel.collectors.properties_conform import conforms
from windtunnel.collectors.strategies_bounds import Bounds, TooLittle, annotated_bounds, contract_bounds
from windtunnel.collectors.strategies_types import TypeStrategies

at = pytest.importorskip("annotated_types")


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Order:
    price: float
    colour: Colour
    notes: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Tree:
    value: int
    children: list[Tree]


@dataclasses.dataclass
class Positive:
    value: int

    def __post_init__(self) -> None:
        if self.value <= 0:
            raise ValueError("positive, please")


class Point(NamedTuple):
    x: int
    y: int = 0


class Row(TypedDict):
    name: str
    size: int


UserId = typing.NewType("UserId", int)

ENOUGH = [
    int, float, str, bool, bytes, complex, None, dt.date, dt.datetime, dt.time, dt.timedelta, Decimal,
    list[int], tuple[int, str], tuple[int, ...], set[str], frozenset[int], dict[str, list[float]],
    collections.abc.Sequence[int], collections.abc.Mapping[str, int], collections.abc.Iterable[str],
    int | None, typing.Union[int, str],  # noqa: UP007 - the other spelling is another type
    int | str, Literal["a", 3], Colour, UserId, Order, Tree, Positive, Point, Row,
    list[Order], dict[Colour, Row], Annotated[int, "documented"],
]  # fmt: skip

TOO_LITTLE = [
    (pd.DataFrame, "does not say its columns"),
    (pd.Series, "does not say what it holds"),
    (np.ndarray, "does not say what it holds"),
    (list, "does not say what it holds"),
    (dict, "does not say what it holds"),
    (Any, "says nothing about its values"),
    (object, "says nothing about its values"),
    (dict[str, Any], "says nothing about its values"),
    (pd.DataFrame | None, "does not say its columns"),
    (pathlib.Path, "names a place outside"),
    (collections.abc.Callable[[int], int], "is a function"),
    (collections.abc.Iterator[int], "can be read only once"),
    (pytest.Session, "is of a class that does not declare its fields"),
]


def strategy(annotation: Any, bounds: Bounds | None = None) -> st.SearchStrategy[Any]:
    return TypeStrategies(rows=3).of(annotation, bounds)


def holds_for_all(annotation: Any, holds: Any, bounds: Bounds | None = None) -> None:
    @settings(max_examples=60, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(strategy(annotation, bounds))
    def each(value: Any) -> None:
        assert holds(value)

    each()


def occurs(annotation: Any, wanted: Any) -> bool:
    try:
        find(strategy(annotation), wanted, settings=settings(max_examples=500, database=None, derandomize=True))
    except NoSuchExample:
        return False
    return True


@pytest.mark.parametrize("annotation", ENOUGH, ids=str)
def test_a_type_that_says_enough_gives_values_that_conform_to_it(annotation):
    holds_for_all(annotation, lambda value: conforms(value, annotation))


@pytest.mark.parametrize(("annotation", "why"), TOO_LITTLE, ids=str)
def test_a_type_that_says_too_little_says_why(annotation, why):
    with pytest.raises(TooLittle, match=why):
        strategy(annotation)


def test_floats_are_moderate_and_never_missing():
    holds_for_all(float, lambda value: math.isfinite(value) and abs(value) <= 1e6)


def test_texts_hold_no_surrogates_and_no_control_characters():
    holds_for_all(str, lambda value: not {unicodedata.category(letter) for letter in value} & {"Cs", "Cc", "Co"})


def test_empty_containers_and_zero_occur():
    assert occurs(list[int], lambda value: value == [])
    assert occurs(int, lambda value: value == 0)
    assert occurs(int | None, lambda value: value is None)


@pytest.mark.parametrize(
    ("annotation", "holds"),
    [
        (Annotated[int, at.Gt(0)], lambda n: n > 0),
        (Annotated[int, at.Ge(5000)], lambda n: n >= 5000),
        (Annotated[float, at.Interval(gt=0, le=1)], lambda n: 0 < n <= 1),
        (Annotated[int, at.Interval(ge=0, le=math.inf)], lambda n: 0 <= n <= 1000),
        (Annotated[float, at.Ge("text")], math.isfinite),
        (Annotated[int, at.MultipleOf(7)], lambda n: n % 7 == 0),
        (Annotated[list[int], at.MinLen(2)], lambda v: len(v) >= 2),
        (Annotated[str, at.Len(3, 4)], lambda v: 3 <= len(v) <= 4),
        (Annotated[int, at.Predicate(lambda n: n % 2 == 0)], lambda n: n % 2 == 0),
        (Annotated[str, st.just("mine")], lambda v: v == "mine"),
        (list[Annotated[int, at.Lt(-3)]], lambda v: all(n < -3 for n in v)),
    ],
)
def test_annotated_metadata_narrows_the_values(annotation, holds):
    holds_for_all(annotation, holds)


def test_columns_have_the_rows_and_the_type_that_they_are_annotated_with():
    holds_for_all(Annotated[pd.Series, int], lambda s: len(s) == 3 and s.dtype == "int64")
    holds_for_all(Annotated[pd.Series, float], lambda s: len(s) == 3 and s.notna().all())
    holds_for_all(Annotated[pd.Series, str], lambda s: all(isinstance(cell, str) for cell in s))


def test_arrays_have_the_type_that_they_are_annotated_with():
    holds_for_all(np.typing.NDArray[np.float64], lambda a: a.shape == (3,) and a.dtype == np.float64)
    holds_for_all(np.typing.NDArray[np.uint8], lambda a: a.dtype == np.uint8)


def test_pydantic_models_keep_their_constraints():
    pydantic = pytest.importorskip("pydantic")
    reading = pydantic.create_model(
        "Reading",
        value=(float, pydantic.Field(ge=-50, le=60)),
        sensor=(str, pydantic.Field(alias="sensorName", min_length=2)),
    )
    holds_for_all(reading, lambda r: -50 <= r.value <= 60 and len(r.sensor) >= 2)


def test_a_dict_has_the_keys_that_are_known():
    known = Bounds(keys=("a",), optional_keys=("b",))
    holds_for_all(dict[str, int], lambda d: "a" in d and set(d) <= {"a", "b"}, known)
    holds_for_all(list[dict[str, int]], lambda v: all("a" in d for d in v), known)


def test_what_check_output_promises_narrows():
    class Promise:
        target = None
        default_validator_kwargs = MappingProxyType({"range": (1, 5), "values_in": {3, 4}})

    bounds = contract_bounds([Promise()])
    assert (bounds.low, bounds.high, bounds.values) == (1, 5, (3, 4))
    holds_for_all(int, lambda n: n in (3, 4), bounds)


def test_metadata_that_means_nothing_changes_nothing():
    assert annotated_bounds(Bounds(), ["a text", object(), 3]) == Bounds()
