"""Tables by their rows, whatever library they are of: how many, some of them, and what stands in them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def rows_in(value: Any) -> int | None:
    """How many rows a table has (a frame, a column, an array); None for what is no table."""
    if _is_of(value, "pandas", "DataFrame", "Series") or _is_of(value, "polars", "DataFrame", "Series"):
        return len(value)
    if _is_of(value, "numpy", "ndarray"):
        return len(value) if value.ndim else None
    return int(value.num_rows) if _is_of(value, "pyarrow", "Table") else None


def is_frame(value: Any) -> bool:
    """Whether it is a table with named columns."""
    return any(_is_of(value, library, "DataFrame") for library in ("pandas", "polars")) or _is_of(
        value, "pyarrow", "Table"
    )


def taken(value: Any, rows: Sequence[int]) -> Any:
    """The table of these rows, in this order."""
    if _is_of(value, "pandas", "DataFrame", "Series"):
        return value.iloc[list(rows)]
    if _is_of(value, "pyarrow", "Table"):
        return value.take(list(rows))
    return value[list(rows)]


def columns_of(value: Any) -> list[Any]:
    """The names of a frame's columns."""
    return list(value.column_names if _is_of(value, "pyarrow", "Table") else value.columns)


def column_in(value: Any, name: Any) -> list[Any]:
    """What stands in a column."""
    found = value.column(name) if _is_of(value, "pyarrow", "Table") else value[name]
    return list(found.to_pylist() if hasattr(found, "to_pylist") else found.to_list())


def cells(value: Any) -> list[Any] | None:
    """What stands in a table, row by row and without an index; None for what is no table and no list."""
    if is_frame(value):
        columns = columns_of(value)
        if len(set(columns)) < len(columns):
            return None
        return [list(row) for row in zip(*(column_in(value, name) for name in columns), strict=True)]
    if rows_in(value) is not None:
        return list(value.tolist() if hasattr(value, "tolist") else value.to_list())
    return list(value) if type(value) in (list, tuple) else None


def aligned(arguments: Mapping[str, Any]) -> dict[str, int]:
    """The tables that have their rows in common, with how many: those as long as the first frame, else column."""
    lengths = {name: rows_in(value) for name, value in arguments.items()}
    first = next((name for name in lengths if is_frame(arguments[name])), None)
    leading = first or next((name for name, length in lengths.items() if length is not None), None)
    if leading is None:
        return {}
    return {name: length for name, length in lengths.items() if length is not None and length == lengths[leading]}


def rearranged(arguments: Mapping[str, Any], rows: Sequence[int]) -> dict[str, Any]:
    """The arguments with these rows of the tables that have their rows in common."""
    common = aligned(arguments)
    return {name: taken(value, rows) if name in common else value for name, value in arguments.items()}


def numbers_in(value: Any) -> Iterator[Any]:
    """Every number that a result holds, missing ones left out."""
    if isinstance(value, bool) or value is None or isinstance(value, str | bytes):
        return
    if isinstance(value, Mapping):
        for entry in value.values():
            yield from numbers_in(entry)
    elif is_frame(value):
        for name in columns_of(value):
            yield from numbers_in(column_in(value, name))
    elif (listed := cells(value)) is not None:
        for entry in listed:
            yield from numbers_in(entry)
    elif is_number(value):
        yield value


def is_number(value: Any) -> bool:
    """Whether it is a plain number, and not a missing one."""
    numpy = sys.modules.get("numpy")
    kinds = (int, float) if numpy is None else (int, float, numpy.integer, numpy.floating)
    if isinstance(value, bool) or not isinstance(value, kinds):
        return False
    return bool(value == value)  # noqa: PLR0124  a NaN is not


def _is_of(value: Any, library: str, *names: str) -> bool:
    loaded = sys.modules.get(library)
    return loaded is not None and isinstance(value, tuple(getattr(loaded, name) for name in names))
