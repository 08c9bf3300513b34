"""What can be changed of a table that enters a dataflow: each change small, and such as data show one day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from windtunnel.facts import Disturbance

_ROWS = {0: "no rows", 1: "one row", 3: "three rows"}
_KEY_ROWS = 10  # so many different values, and they look like a key


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `how` of the column, or of the whole table where there is none, of what enters under `name`.

    Of rows, `count` are left, in all of the tables `beside` too, which have the same index.
    """

    kind: Disturbance
    name: str
    how: str
    column: str | None = None
    count: int = 0
    beside: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        """What was changed, after `when`."""
        table = repr(called(self.name))
        place = table if self.column is None else f"column {self.column!r} of {table}"
        if self.how == "rows":
            tables = ", ".join(repr(called(name)) for name in (self.name, *self.beside))
            return f"{tables} {'has' if not self.beside else 'have'} {_ROWS[self.count]}"
        return _TEXTS[self.how].format(place=place)


_TEXTS = {
    "hole": "one value of {place} is missing",
    "void": "all values of {place} are missing",
    "zero": "one value of {place} is 0",
    "constant": "all values of {place} are the same",
    "double": "a row of {place} occurs twice",
    "nullable": "{place} has the nullable dtypes of pandas",
    "pyarrow": "{place} has the dtypes of pyarrow",
}


def called(name: str) -> str:
    """The name of what enters, as the owner writes it: a loader's node bears those of the function in front of it."""
    return name.rpartition(".")[2]


def is_table(value: Any) -> bool:
    """Whether it is something that changes are known for."""
    import pandas as pd

    return isinstance(value, pd.DataFrame | pd.Series)


def columns_of(value: Any) -> dict[str | None, Any]:
    """The columns of a table by name; one column alone stands under None. Columns that share a name are left out."""
    import pandas as pd

    if isinstance(value, pd.Series):
        return {None: value}
    names = [name for name in value.columns if isinstance(name, str)]
    return {name: value[name] for name in names if names.count(name) == 1}


def changed(change: Change, value: Any) -> Any:
    """The table with the change; None where it makes no difference."""
    if change.how in ("rows", "double", "nullable", "pyarrow"):
        return _OF_TABLES[change.how](change, value)
    column = columns_of(value).get(change.column)
    other = None if column is None or not len(column) else _OF_COLUMNS[change.how](column)
    if other is None:
        return None
    return other if change.column is None else value.assign(**{change.column: other})


def _hole(column: Any) -> Any:
    if not can_miss(column):
        column = _widened(column)
    other = column.copy()
    other.iloc[len(other) // 2] = None
    return None if column.isna().iloc[len(column) // 2] else other


def _void(column: Any) -> Any:
    import pandas as pd

    if column.isna().all():
        return None
    column = column if can_miss(column) else _widened(column)
    return pd.Series([None] * len(column), index=column.index, name=column.name).astype(column.dtype)


def _widened(column: Any) -> Any:
    """What a file of text gives for whole numbers and truths of which one is missing."""
    return column.astype("float64" if column.dtype.kind in "iu" else object)


def can_miss(column: Any) -> bool:
    """Whether a value of this dtype can be missing."""
    return not (column.dtype.kind in "iub" and hasattr(column.dtype, "itemsize") and _is_numpys(column.dtype))


def _is_numpys(dtype: Any) -> bool:
    import numpy as np

    return isinstance(dtype, np.dtype)


def _zero(column: Any) -> Any:
    if not is_number(column) or not bool((column.dropna() > 0).all()):
        return None
    other = column.copy()
    other.iloc[len(other) // 2] = 0
    return other


def is_number(column: Any) -> bool:
    """Whether one can calculate with it."""
    import pandas as pd

    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def _constant(column: Any) -> Any:
    if len(column) < 2 or column.isna().all() or _distinct(column) < 2:
        return None
    present = column.dropna()
    other = column.copy()
    other.iloc[:] = present.iloc[0]
    return other


def _distinct(column: Any) -> int:
    try:
        return int(column.nunique())
    except TypeError:  # lists and dicts have no hash
        return 0


def is_key(column: Any) -> bool:
    """Whether each value occurs once, as those of a key do, which is never missing."""
    if column.dtype.kind in "fc" or len(column) < _KEY_ROWS:
        return False
    return _distinct(column) == len(column)


def _rows(change: Change, value: Any) -> Any:
    return value.iloc[: change.count] if len(value) > change.count else None


def _double(change: Change, value: Any) -> Any:  # noqa: ARG001  all of them are called alike
    import pandas as pd

    if not len(value):
        return None
    twice = pd.concat([value, value.iloc[:1]])
    if isinstance(value.index, pd.RangeIndex):
        return twice.reset_index(drop=True)
    return None  # the index would have one label twice, which is another matter


def _nullable(change: Change, value: Any) -> Any:
    backend = "numpy_nullable" if change.how == "nullable" else "pyarrow"
    other = value.convert_dtypes(dtype_backend=backend)
    is_same = other.dtype == value.dtype if hasattr(value, "dtype") else list(other.dtypes) == list(value.dtypes)
    return None if is_same else other


_OF_COLUMNS = {"hole": _hole, "void": _void, "zero": _zero, "constant": _constant}
_OF_TABLES = {"rows": _rows, "double": _double, "nullable": _nullable, "pyarrow": _nullable}


def rounds(tables: Mapping[str, Any], of_text: frozenset[str], has_pyarrow: bool) -> Iterator[list[Change]]:
    """The changes, cheapest and most telling first. Those of one round can be made together.

    `of_text` are the tables that were read from a file of text, where a missing whole number makes a column of floats.
    """
    for count in _ROWS:
        for group in alike(tables):
            yield [Change(Disturbance.SMALL, group[0], "rows", count=count, beside=group[1:])]
    for how, kind in (
        ("hole", Disturbance.MISSING),
        ("void", Disturbance.MISSING),
        ("zero", Disturbance.ZERO),
        ("constant", Disturbance.CONSTANT),
    ):
        for name, table in tables.items():
            yield [
                Change(kind, name, how, column)
                for column, values in columns_of(table).items()
                if kind is not Disturbance.MISSING or _may_miss(values, name in of_text)
            ]
    for name in tables:
        yield [Change(Disturbance.DTYPES, name, "nullable")]
        if has_pyarrow:
            yield [Change(Disturbance.DTYPES, name, "pyarrow")]
    for group in alike(tables):
        if len(group) == 1:
            yield [Change(Disturbance.DUPLICATES, group[0], "double")]


def _may_miss(column: Any, is_text: bool) -> bool:
    return (can_miss(column) or (is_text and column.dtype.kind in "iu")) and not is_key(column)


def alike(tables: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The names of the tables in groups that have the same index: their rows belong together."""
    groups: list[list[str]] = []
    for name, table in tables.items():
        for group in groups:
            if tables[group[0]].index.equals(table.index):
                group.append(name)
                break
        else:
            groups.append([name])
    return [tuple(group) for group in groups]
