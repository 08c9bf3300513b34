"""Strategies for types without parts: numbers, texts, dates; moderate where nothing is said of their range."""

from __future__ import annotations

import collections.abc
import datetime
import decimal
import fractions
import math
import numbers
import re
import uuid
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from windtunnel.collectors.strategies_bounds import Bounds, TooLittle

# Moderate on purpose: beyond these, what breaks is arithmetic that nobody meant, and range(n).
INTEGER, FLOAT, TEXT = 1_000, 1e6, 20

Strategy = st.SearchStrategy[Any]


def scalars(cls: Any, bounds: Bounds) -> Strategy | None:
    """The strategy of a type without parts, or None if `cls` is not one of those known here."""
    if bounds.values:
        allowed = [value for value in bounds.values if isinstance(value, cls)] if isinstance(cls, type) else []
        return st.sampled_from(allowed) if allowed else scalars(cls, replace(bounds, values=()))
    if cls is bool:
        return st.booleans()
    if cls is int:
        return _integers(bounds)
    if cls is float:
        return _floats(bounds)
    if cls is str:
        return _texts(bounds)
    if cls is bytes:
        return st.binary(min_size=bounds.min_size, max_size=bounds.most)
    return _other_scalars(cls, bounds)


def _other_scalars(cls: Any, bounds: Bounds) -> Strategy | None:
    if cls is datetime.datetime or cls is datetime.date:
        first, last = cls(1970, 1, 1), cls(2099, 12, 31)
        draw = st.datetimes if cls is datetime.datetime else st.dates
        return draw(min_value=_or(bounds.low, first), max_value=_or(bounds.high, last))
    if cls is decimal.Decimal:
        low, high = _limits(bounds, FLOAT)
        return st.decimals(low, high, allow_nan=False, allow_infinity=False, places=2)
    plain: dict[Any, Strategy] = {
        complex: st.complex_numbers(max_magnitude=FLOAT, allow_nan=False, allow_infinity=False),
        fractions.Fraction: st.fractions(-INTEGER, INTEGER, max_denominator=INTEGER),
        datetime.time: st.times(),
        datetime.timedelta: st.timedeltas(datetime.timedelta(days=-3650), datetime.timedelta(days=3650)),
        uuid.UUID: st.uuids(),
    }
    return plain.get(cls) if isinstance(cls, collections.abc.Hashable) else None


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def _limits(bounds: Bounds, moderate: float) -> tuple[Any, Any]:
    """Both ends; a missing, an infinite or a meaningless one is put at a moderate distance."""
    low, high = _finite(bounds.low), _finite(bounds.high)
    if low is None:
        low = -moderate if high is None or high > -moderate else high - moderate
    if high is None:
        high = moderate if low < moderate else low + moderate
    return low, high


def _finite(limit: Any) -> Any:
    return limit if isinstance(limit, numbers.Real | decimal.Decimal) and math.isfinite(limit) else None


def _integers(bounds: Bounds) -> Strategy:
    low, high = _limits(bounds, INTEGER)
    low = math.floor(low) + 1 if bounds.above else math.ceil(low)
    high = math.ceil(high) - 1 if bounds.below else math.floor(high)
    step = int(bounds.multiple_of or 1)
    return st.integers(math.ceil(low / step), math.floor(high / step)).map(lambda number: number * step)


def _floats(bounds: Bounds) -> Strategy:
    low, high = (float(limit) for limit in _limits(bounds, FLOAT))
    return st.floats(
        low, high, exclude_min=bounds.above, exclude_max=bounds.below, allow_nan=False, allow_subnormal=False
    )


def _matching(pattern: str) -> Strategy:
    try:
        return st.from_regex(re.compile(pattern))
    except re.error as error:
        raise TooLittle(f"has a pattern that Python does not read: {error}") from error


def _texts(bounds: Bounds) -> Strategy:
    if bounds.pattern is not None:
        return _matching(bounds.pattern)
    most = bounds.min_size + TEXT if bounds.max_size is None else bounds.max_size
    letters = st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"))
    return st.text(letters, min_size=bounds.min_size, max_size=max(most, bounds.min_size))
