"""Values near those that a real run has seen: rows drawn again, numbers nearby, anything else as it was."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from windtunnel.collectors.properties_rows import rows_in, taken
from windtunnel.collectors.strategies_bounds import Bounds
from windtunnel.collectors.strategies_scalars import Strategy

# How a dataflow does with fewer rows than this is asked of the whole of it, and not of each of its functions.
LEAST_ROWS = 4
MOST_ROWS = 40


def near(value: Any, bounds: Bounds, least_rows: int = 0) -> Strategy:
    """Values like a recorded one.

    Tables of equally many rows are given the same of their rows, in the order in which they were: so the relations
    between them stay what they are. Hypothesis draws the numbers of rows, and shrinks to the first few.
    """
    rows = rows_in(value)
    if rows is not None:
        return _rows_again(value, rows, max(LEAST_ROWS, least_rows))
    if type(value) is int and value not in (0, 1):
        return _between(value // 2 or 1, value * 2, bounds, _whole)
    if type(value) is float and math.isfinite(value) and value not in (0.0, 1.0):
        far = (1 + value) / 2 if 0 < value < 1 else value * 2
        return _between(value / 2, far, bounds, _real)
    return st.just(value)


def _rows_again(value: Any, rows: int, least: int) -> Strategy:
    if rows <= least:
        return st.just(value)
    numbers = st.lists(st.integers(0, rows - 1), min_size=least, max_size=max(MOST_ROWS, least), unique=True)
    chosen = st.shared(numbers, key=("rows", rows))
    return chosen.map(lambda drawn: taken(value, sorted(drawn)))


def _between(one: Any, other: Any, bounds: Bounds, draw: Callable[[Any, Any], Strategy]) -> Strategy:
    low, high = min(one, other), max(one, other)
    low = low if bounds.low is None else max(low, bounds.low)
    high = high if bounds.high is None else min(high, bounds.high)
    return draw(low, high)


def _whole(low: Any, high: Any) -> Strategy:
    return st.integers(math.ceil(low), math.floor(high))


def _real(low: Any, high: Any) -> Strategy:
    return st.floats(low, high, allow_subnormal=False)


def as_recorded(names: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The arguments of a call as they were: `names` are the sources by parameter. None where one was not recorded."""
    if any(source not in values for source in names.values()):
        return None
    return {name: values[source] for name, source in names.items()}
