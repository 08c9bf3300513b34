"""What a value looks like: types, names and some of its cells, as plain texts that can be compared anywhere."""

from __future__ import annotations

import datetime
import decimal
import hashlib
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from windtunnel.facts import KEYS, MOST_ROWS, PartFacts, ValueFacts

_MOST_COLUMNS = 100
_MOST_ENTRIES = 500  # of something nested
_MOST_TEXT = 200
_MISSING = "-"
UNKNOWN = "o"
_WRITTEN_OTHERWISE = {
    "float_format": "fm",
    "double_precision": "fm",
    "date_format": "dzD",
    "date_unit": "dz",
    "na_rep": "-",
}
_FAMILIES = {
    "b": "truth values",
    "i": "integers",
    "f": "floats",
    "t": "texts",
    "d": "times",
    "z": "times with a zone",
    "D": "dates",
    "e": "durations",
    "m": "decimals",
    "y": "bytes",
    "n": "nested values",
}


def likeness_of(value: Any) -> ValueFacts | None:
    """None for what is compared in no way."""
    try:
        return _likeness_of(value)
    except Exception:  # values are the user's: whatever they raise when somebody looks at them
        return None


def as_written(value: ValueFacts, options: Mapping[str, Any]) -> ValueFacts:
    """The likeness without what the options of a saver have it write otherwise: that is as somebody wants it."""
    hidden = "".join(letters for name, letters in _WRITTEN_OTHERWISE.items() if options.get(name) is not None)
    index = PartFacts("", "", "") if value.index is not None and options.get("index") is False else value.index
    parts = tuple(replace(part, cells=tuple(_without(cell, hidden) for cell in part.cells)) for part in value.parts)
    return replace(value, parts=parts if hidden else value.parts, index=index)


def _without(cell: str, hidden: str) -> str:
    return f"{UNKNOWN}hidden" if cell[0] in hidden else cell


def _likeness_of(value: Any) -> ValueFacts | None:
    pandas: Any = sys.modules.get("pandas")
    if _is_a(value, "pandas", "DataFrame"):
        return _of_table(value, pandas)
    if _is_a(value, "pandas", "Series"):
        return _of_table(value.to_frame(), pandas, kind="Series")
    if _is_a(value, "numpy", "ndarray"):
        return _of_array(value)
    if isinstance(value, dict | list | tuple):
        return ValueFacts(type(value).__name__, tuple(_entries(value)))
    return None


def _is_a(value: Any, module: str, name: str) -> bool:
    """Asked without an import: who has no such module has no such value."""
    return isinstance(value, getattr(sys.modules.get(module), name, ()))


def _of_table(table: Any, pandas: Any, kind: str = "DataFrame") -> ValueFacts:
    positions = _positions(len(table))
    sample = table.iloc[positions, :_MOST_COLUMNS]
    columns = (sample.iloc[:, at] for at in range(sample.shape[1]))
    parts = tuple(_column(str(name), column, pandas) for name, column in zip(sample.columns, columns, strict=True))
    names = _family(map(_cell, sample.columns))
    return ValueFacts(kind, parts, len(table), _index(sample.index, positions, pandas), names)


def _positions(rows: int) -> list[int]:
    count = min(rows, MOST_ROWS)
    return sorted({round(at * (rows - 1) / max(count - 1, 1)) for at in range(count)})


def _column(name: str, column: Any, pandas: Any) -> PartFacts:
    cells = tuple(map(_cell, column.tolist()))
    is_ordered = getattr(column.dtype, "ordered", False)  # else texts do as well as categories
    family = "ordered categories" if is_ordered else _declared(column.dtype, pandas) or _family(cells)
    return PartFacts(name, str(column.dtype), family, cells)


def _declared(dtype: Any, pandas: Any) -> str:
    """What a column of this dtype holds, be there no value in it; "" where the dtype does not say."""
    types = pandas.api.types
    if types.is_bool_dtype(dtype):
        return _FAMILIES["b"]
    if types.is_integer_dtype(dtype):
        return _FAMILIES["i"]
    if types.is_float_dtype(dtype):
        return _FAMILIES["f"]
    if types.is_datetime64_any_dtype(dtype):
        zone = getattr(dtype, "tz", None) or getattr(getattr(dtype, "pyarrow_dtype", None), "tz", None)
        return _FAMILIES["z" if zone else "d"]
    return _FAMILIES["e"] if types.is_timedelta64_dtype(dtype) else ""


def _index(index: Any, positions: list[int], pandas: Any) -> PartFacts:
    """`family` is "" for one that only counts the rows."""
    name = ", ".join(str(known) for known in index.names if known is not None)
    if isinstance(index, pandas.MultiIndex):
        return PartFacts(name, "MultiIndex", _FAMILIES["n"], tuple(_cell(key) for key in index))
    cells = tuple(map(_cell, index.tolist()))
    family = _declared(index.dtype, pandas) or _family(cells)
    counts = cells == tuple(f"i{at}" for at in positions) or not cells
    return PartFacts(name, type(index).__name__, "" if counts else family, cells)


def _of_array(array: Any) -> ValueFacts:
    flat = array.reshape(-1)
    cells = tuple(_cell(flat[at].item() if hasattr(flat[at], "item") else flat[at]) for at in _positions(len(flat)))
    shape = PartFacts("the shape", str(array.shape), "shape")
    return ValueFacts("ndarray", (shape, PartFacts("the array", str(array.dtype), str(array.dtype.kind), cells)))


def _family(cells: Iterable[str]) -> str:
    """What the cells hold; "" where nothing is in them, or things of several families."""
    known = {cell[0] for cell in cells if cell != _MISSING}
    return _FAMILIES.get(known.pop(), "") if len(known) == 1 else ""


def _entries(value: Any) -> Iterator[PartFacts]:
    """What is nested in one another, from the outside in; entries of mappings by the text of their keys."""
    waiting = deque([("", value)])
    for _ in range(_MOST_ENTRIES):
        if not waiting:
            return
        path, entry = waiting.popleft()
        room = max(_MOST_ENTRIES - len(waiting), 0)
        if isinstance(entry, Mapping):
            keys = list(islice(entry, _MOST_ENTRIES))
            yield PartFacts(path, type(entry).__name__, "entries", (str(len(entry)),))
            kinds = " and ".join(sorted({type(key).__name__ for key in keys}))
            yield PartFacts(f"{KEYS}{_of(path)}", kinds, "keys")
            waiting += [(f"{path}[{str(key)!r}]", entry[key]) for key in keys[:room]]
        elif isinstance(entry, list | tuple):
            yield PartFacts(path, type(entry).__name__, "entries", (str(len(entry)),))
            waiting += [(f"{path}[{at}]", element) for at, element in enumerate(entry[:room])]
        else:
            yield PartFacts(path, type(entry).__name__, "", (_cell(entry),))


def _of(path: str) -> str:
    return f" of {path}" if path else ""


def _cell(value: Any) -> str:
    if value is None:
        return _MISSING
    if isinstance(value, bool):
        return f"b{value}"
    for kind, letter in ((int, "i"), (float, "f")):
        if isinstance(value, kind):
            return _MISSING if value != value else f"{letter}{kind(value)!r}"  # noqa: PLR0124  NaN is not itself
    if isinstance(value, str):
        return f"t{_short(value)}"
    if type(value).__name__ in ("NAType", "NaTType"):
        return _MISSING
    return _time(value) or _rare(value)


def _short(text: str) -> str:
    if len(text) <= _MOST_TEXT:
        return str(text)
    return f"{text[:_MOST_TEXT]}... ({hashlib.sha256(text.encode(errors='replace')).hexdigest()[:16]})"


def _time(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            return f"d{value.isoformat()}"
        return f"z{value.astimezone(datetime.timezone.utc).isoformat()}"
    if isinstance(value, datetime.date):
        return f"D{value.isoformat()}"
    return f"e{value.total_seconds()!r}" if isinstance(value, datetime.timedelta) else ""


def _rare(value: Any) -> str:
    if isinstance(value, decimal.Decimal):
        return f"m{value}"
    if isinstance(value, bytes):
        return f"y{hashlib.sha256(value).hexdigest()[:16]}"
    kind = type(value).__name__
    if kind == "ndarray":
        return f"n{kind}({', '.join(map(_cell, value.reshape(-1)[:_MOST_TEXT].tolist()))})"
    if isinstance(value, list | tuple):
        return f"n{kind}({', '.join(map(_cell, value[:_MOST_TEXT]))})"
    if isinstance(value, Mapping):
        entries = (
            f"{_cell(key)}: {_cell(entry)}" for key, entry in sorted(value.items(), key=str) if entry is not None
        )
        return f"n{kind}({', '.join(entries)})"  # Parquet writes none for each entry that other rows have
    item = getattr(value, "item", None)  # a scalar of numpy
    return _cell(item()) if callable(item) and hasattr(value, "dtype") else f"{UNKNOWN}{kind}"
