"""Tables whose rows can be told apart wherever they go: by the index of pandas, by a key in those that have none."""

from __future__ import annotations

import sys
from typing import Any

from windtunnel.collectors.changes_of_data import columns_of, is_number, is_table


def has_no_index(value: Any) -> bool:
    """Whether it is a table of polars or pyarrow."""
    known = (("polars", "DataFrame"), ("pyarrow", "Table"))
    kinds = (getattr(sys.modules.get(module), name, None) for module, name in known)
    return any(isinstance(kind, type) and isinstance(value, kind) for kind in kinds)


def key_of(value: Any) -> str:
    """The first column in which each row of a table without index has a value of its own; "" where there is none.

    Numbers with fractions are none: what is computed may make them again.
    """
    frame = _plain(value)
    for name in frame.columns:
        column = frame[name]
        if column.dtype.kind != "f" and not column.isna().any() and _is_unique(column):
            return str(name)
    return ""


def as_labelled(value: Any, key: str) -> Any:
    """The table for pandas, its rows labelled by the key where it has no index; else None, as for what is no table."""
    if is_table(value):
        return value
    if not has_no_index(value) or not key:
        return None
    frame = _plain(value)
    return frame.set_index(key) if key in frame.columns and frame[key].is_unique else None


def numbers_of(value: Any, key: str) -> list[str]:
    """The columns that can be moved without touching what tells the rows apart."""
    columns = columns_of(as_labelled(value, key))
    return [name for name, column in columns.items() if isinstance(name, str) and is_number(column)]


def moved(value: Any, labels: Any, columns: list[str], key: str, end: str) -> Any:
    """The table, of its own kind, with the `end` (min, max) of each column in all the rows of these labels."""
    if is_table(value):
        other = value.copy()
        for column in columns:
            other.loc[labels, column] = getattr(value[column], end)()
        return other
    if type(value).__module__.startswith("polars"):
        return _moved_in_polars(value, labels, columns, key, end)
    return _moved_in_arrow(value, labels, columns, key, end)


def _moved_in_polars(value: Any, labels: Any, columns: list[str], key: str, end: str) -> Any:
    polars: Any = sys.modules["polars"]
    meant = set(labels)
    is_meant = polars.Series([one in meant for one in value[key].to_list()])
    others = [
        polars.when(is_meant).then(getattr(polars.col(name), end)()).otherwise(polars.col(name)).alias(name)
        for name in columns
    ]
    return value.with_columns(others)


def _moved_in_arrow(value: Any, labels: Any, columns: list[str], key: str, end: str) -> Any:
    arrow: Any = sys.modules["pyarrow"]
    from pyarrow import compute

    meant = set(labels)
    is_meant = arrow.array([one in meant for one in _plain(value)[key]])
    for name in columns:
        place, column = value.schema.get_field_index(name), value[name]
        other = compute.if_else(is_meant, getattr(compute, end)(column), column)
        value = value.set_column(place, value.schema.field(name), other)
    return value


def _plain(value: Any) -> Any:
    import pandas as pd

    if type(value).__module__.startswith("polars"):
        return pd.DataFrame({name: value[name].to_list() for name in value.columns})
    return value.to_pandas()


def _is_unique(column: Any) -> bool:
    try:
        return bool(column.is_unique)
    except TypeError:  # lists and dicts have no hash
        return False
