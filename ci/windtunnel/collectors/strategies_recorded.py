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


def that_vary(tables: Mapping[str, Any]) -> frozenset[str]:
    """Which of a function's tables are given other rows: those of one length, for the others refer to them or they to
    the others, and nobody says how.

    Where the labels of a shorter table are some of those of a longer one, the shorter is a choice of its rows; else the
    longest is most likely the one that refers to the others.
    """
    lengths = {name: rows for name, value in tables.items() if (rows := rows_in(value)) is not None}
    if len(set(lengths.values())) > 1:
        chosen = [name for name in lengths if any(_is_choice_of(tables[name], other) for other in tables.values())]
        length = min(lengths[name] for name in chosen) if chosen else max(lengths.values())
        return frozenset(name for name in lengths if lengths[name] == length)
    return frozenset(lengths)


def _is_choice_of(table: Any, other: Any) -> bool:
    """Whether the labels of a table are some of another's; those that only count rows say nothing."""
    own: Any = getattr(table, "index", None)
    others: Any = getattr(other, "index", None)
    if not hasattr(own, "isin") or not hasattr(others, "isin") or len(own) >= len(others):
        return False
    return not own.equals(others[: len(own)]) and bool(own.isin(others).all())


def near(value: Any, bounds: Bounds, least_rows: int = 0, *, varies: bool = True) -> Strategy:
    """Values like a recorded one; a table that does not vary is as it was.

    Tables of equally many rows are given the same of their rows, in the order in which they were: so the relations
    between them stay what they are. Hypothesis draws the numbers of rows, and shrinks to the first few.
    """
    rows = rows_in(value)
    if rows is not None:
        return _rows_again(value, rows, max(LEAST_ROWS, least_rows)) if varies else st.just(value)
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
