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
    "nan": "one number of {place} is NaN",
    "void": "all values of {place} are missing",
    "zero": "one value of {place} is 0",
    "constant": "all values of {place} are the same",
    "double": "a row of {place} occurs twice",
    "nullable": "{place} has the nullable dtypes of pandas",
    "pyarrow": "{place} has the dtypes of pyarrow",
    "extreme": "one value of {place} is the largest that its dtype holds",
    "unseen": "one value of {place} is a text that was never seen",
    "reversed": "the rows of {place} come in reverse",
    "one label": "two rows of {place} have one label in the index",
    "zone": "{place} is in another time zone",
}
OF_SETTING = {
    "missing": Disturbance.MISSING,
    "small": Disturbance.SMALL,
    "zero": Disturbance.ZERO,
    "dtypes": Disturbance.DTYPES,
    "constant": Disturbance.CONSTANT,
    "duplicates": Disturbance.DUPLICATES,
    "extremes": Disturbance.EXTREME,
    "texts": Disturbance.TEXT,
    "order": Disturbance.ORDER,
    "zones": Disturbance.ZONE,
}
"""The kinds of changes by the words of the setting `perturbations`."""
_UNSEEN = "Ünseen 未見"


def called(name: str) -> str:
    """The name of what enters, as the owner writes it: a loader's node bears those of the function in front of it."""
    return name.rpartition(".")[2]


def is_table(value: Any) -> bool:
    """Whether it is a table or a column of pandas."""
    import pandas as pd

    return isinstance(value, pd.DataFrame | pd.Series)


def is_array(value: Any) -> bool:
    """Whether it is an array of numpy that has rows."""
    import numpy as np

    return isinstance(value, np.ndarray) and value.ndim in (1, 2) and value.dtype.kind in "biufOUM"


def has_rows(value: Any) -> bool:
    """Whether it is something that changes are known for."""
    return is_table(value) or is_array(value)


def part(value: Any, rows: slice) -> Any:
    """Some of its rows."""
    return value.iloc[rows] if is_table(value) else value[rows]


def columns_of(value: Any) -> dict[str | None, Any]:
    """The columns of a table by name; one column alone stands under None. Columns that share a name are left out."""
    import pandas as pd

    if not is_table(value):
        return {}
    if isinstance(value, pd.Series):
        return {None: value}
    names = [name for name in value.columns if isinstance(name, str)]
    return {name: value[name] for name in names if names.count(name) == 1}


def changed(change: Change, value: Any) -> Any:
    """The table with the change; None where it makes no difference."""
    if change.how in _OF_TABLES:
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
    return part(value, slice(change.count)) if len(value) > change.count else None


def _nan(change: Change, value: Any) -> Any:  # noqa: ARG001  all of them are called alike
    if not value.size or value.dtype.kind != "f":
        return None
    other = value.copy()
    other[(len(other) // 2, 0)[: other.ndim]] = float("nan")
    return other


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


def _extreme(column: Any) -> Any:
    import numpy as np

    if not is_number(column) or not _is_numpys(column.dtype) or column.dtype.kind not in "iuf":
        return None
    limits = np.finfo(column.dtype) if column.dtype.kind == "f" else np.iinfo(column.dtype)
    return _with_one(column, limits.max)


def _unseen(column: Any) -> Any:
    if str(column.dtype) == "category":
        column = column.cat.add_categories([_UNSEEN]) if isinstance(column.cat.categories[0], str) else column[:0]
    elif not all(isinstance(value, str) for value in column.dropna()):
        return None
    return _with_one(column, _UNSEEN) if len(column) and not column.isna().all() else None


def _with_one(column: Any, value: Any) -> Any:
    other = column.copy()
    other.iloc[len(other) // 2] = value
    return other


def _zone(column: Any) -> Any:
    if column.dtype.kind != "M":
        return None
    zone = getattr(column.dtype, "tz", None)
    return column.dt.tz_localize("UTC") if zone is None else column.dt.tz_convert("Pacific/Auckland")


def _reversed(change: Change, value: Any) -> Any:  # noqa: ARG001  all of them are called alike
    return value.iloc[::-1] if len(value) > 1 else None


def _one_label(change: Change, value: Any) -> Any:  # noqa: ARG001  the same
    if len(value) < 2 or not value.index.is_unique or value.index.nlevels > 1:
        return None
    import pandas as pd

    labels = value.index.tolist()
    return value.set_axis(pd.Index([labels[0], labels[0], *labels[2:]], name=value.index.name))


_OF_COLUMNS = {
    "hole": _hole,
    "void": _void,
    "zero": _zero,
    "constant": _constant,
    "extreme": _extreme,
    "unseen": _unseen,
    "zone": _zone,
}
_OF_TABLES = {
    "rows": _rows,
    "nan": _nan,
    "double": _double,
    "nullable": _nullable,
    "pyarrow": _nullable,
    "reversed": _reversed,
    "one label": _one_label,
}


def rounds(tables: Mapping[str, Any], of_text: frozenset[str], has_pyarrow: bool) -> Iterator[list[Change]]:
    """The changes, cheapest and most telling first. Those of one round can be made together.

    `of_text` are the tables that were read from a file of text, where a missing whole number makes a column of floats.
    """
    groups = [group for group in alike(tables) if not _is_looked_up(group, tables)]
    for count in _ROWS:
        for group in groups:
            yield [Change(Disturbance.SMALL, group[0], "rows", count=count, beside=group[1:])]
    for how, kind in (
        ("hole", Disturbance.MISSING),
        ("void", Disturbance.MISSING),
        ("zero", Disturbance.ZERO),
        ("constant", Disturbance.CONSTANT),
        ("extreme", Disturbance.EXTREME),
        ("unseen", Disturbance.TEXT),
        ("zone", Disturbance.ZONE),
    ):
        for name, table in tables.items():
            yield [
                Change(kind, name, how, column)
                for column, values in columns_of(table).items()
                if kind is not Disturbance.MISSING or _may_miss(values, name in of_text)
            ]
    for name, table in tables.items():
        if is_array(table):
            yield [Change(Disturbance.MISSING, name, "nan")]
            continue
        yield [Change(Disturbance.DTYPES, name, "nullable")]
        if has_pyarrow:
            yield [Change(Disturbance.DTYPES, name, "pyarrow")]
    for group in groups:
        if len(group) == 1 and is_table(tables[group[0]]):
            yield [Change(Disturbance.DUPLICATES, group[0], "double")]
            yield [Change(Disturbance.ORDER, group[0], "reversed")]
            yield [Change(Disturbance.ORDER, group[0], "one label")]


def _may_miss(column: Any, is_text: bool) -> bool:
    return (can_miss(column) or (is_text and column.dtype.kind in "iu")) and not is_key(column)


def alike(tables: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The names of the tables in groups that have the same index: their rows belong together."""
    groups: list[list[str]] = []
    for name, table in tables.items():
        for group in groups:
            if _labels(tables[group[0]]).equals(_labels(table)):
                group.append(name)
                break
        else:
            groups.append([name])
    return [tuple(group) for group in groups]


def _is_looked_up(group: tuple[str, ...], tables: Mapping[str, Any]) -> bool:
    """Whether these have all rows of another table, by labels that are not just counted: it finds its rows there."""
    own = _labels(tables[group[0]])
    others = [_labels(table) for name, table in tables.items() if name not in group]
    return any(len(other) > 1 and not _is_counted(other) and other.isin(own).all() for other in others)


def _is_counted(labels: Any) -> bool:
    return getattr(labels, "start", None) == 0


def _labels(value: Any) -> Any:
    """What its rows are called: those of an array are counted."""
    import pandas as pd

    return value.index if is_table(value) else pd.RangeIndex(len(value))
