"""What annotations of libraries mean, columns, arrays, schemas, records: looked up where already loaded."""

from __future__ import annotations

import dataclasses
import datetime
import sys
import typing
from typing import Any

from hypothesis import strategies as st

from windtunnel.collectors.strategies_bounds import TooLittle

Strategy = st.SearchStrategy[Any]
_PLAIN = (bool, int, float, str, datetime.datetime)
_KINDS = {"b": bool, "i": int, "u": int, "f": float, "U": str, "M": datetime.datetime}


def _loaded(module: str, name: str) -> Any:
    return getattr(sys.modules.get(module), name, None)


def _is_class(cls: Any, module: str, name: str) -> bool:
    found = _loaded(module, name)
    return isinstance(found, type) and isinstance(cls, type) and issubclass(cls, found)


def is_series(cls: Any) -> bool:
    """Whether this is the class of pandas's columns."""
    return _is_class(cls, "pandas", "Series") and not is_schema_frame(cls)


def is_frame(cls: Any) -> bool:
    """Whether this is a class of tables: of pandas, or of another library that calls them so."""
    return _is_class(cls, "pandas", "DataFrame") or getattr(cls, "__name__", "") in (
        "DataFrame",
        "LazyFrame",
        "Table",
    )


def is_array(cls: Any) -> bool:
    """Whether this is the class of numpy's arrays."""
    return _is_class(cls, "numpy", "ndarray")


def is_collect(cls: Any) -> bool:
    """Whether this is Hamilton's `Collect`, which arrives as the list of all the parallel results."""
    return cls is not None and cls is _loaded("hamilton.htypes", "Collect")


def is_schema_frame(cls: Any) -> bool:
    """Whether this is pandera's `DataFrame[...]`, of which plain frames are the values."""
    return _is_class(cls, "pandera.typing", "DataFrame") or _is_class(cls, "pandera.typing.pandas", "DataFrame")


def python_type(element: Any) -> type | None:
    """The Python type whose values fit an element type of a column, or None where it does not say one."""
    if element in _PLAIN:
        return typing.cast("type", element)
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(element, type) or not issubclass(element, numpy.generic):
        return None
    try:
        return _KINDS.get(numpy.dtype(element).kind)
    except TypeError:  # an abstract one, numpy.floating
        return None


def columns(series: Any, elements: Strategy, element: Any, rows: int) -> Strategy:
    """Series of `rows` elements without missing values."""
    dtype = {int: "int64", float: "float64", bool: "bool"}.get(element, None if element in _PLAIN else element)
    return _rows(_fitting(elements, dtype), rows).map(lambda values: series(values, dtype=dtype))


def arrays(elements: Strategy, dtype: Any, rows: int) -> Strategy:
    """Arrays of one dimension: an annotation says nothing of further ones."""
    numpy = sys.modules["numpy"]
    return _rows(_fitting(elements, dtype), rows).map(lambda values: numpy.array(values, dtype=dtype))


def _rows(elements: Strategy, rows: int) -> Strategy:
    return st.lists(elements, min_size=rows, max_size=rows)


def _fitting(elements: Strategy, dtype: Any) -> Strategy:
    """Whole numbers that do not overflow narrow types such as uint8."""
    numpy = sys.modules.get("numpy")
    if dtype is None or numpy is None or numpy.dtype(dtype).kind not in "iu":
        return elements
    limits = numpy.iinfo(numpy.dtype(dtype))
    return elements.map(lambda number: min(max(number, int(limits.min)), int(limits.max)))


def schema_frames(schema: Any, rows: int) -> Strategy:
    """Frames that a pandera schema accepts, by pandera's own strategies; TooLittle without them."""
    try:
        return typing.cast("Strategy", schema.to_schema().strategy(size=rows))
    except Exception as error:
        raise TooLittle(f"has a schema of which pandera makes no examples ({type(error).__name__})") from error


def fields(cls: Any) -> dict[str, tuple[Any, bool]] | None:
    """What a class must be given, by name: its annotation, and whether it must. None if it does not say."""
    if hasattr(cls, "__pydantic_fields__") or hasattr(cls, "model_fields"):
        return _pydantic_fields(cls)
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except (NameError, TypeError):
        return None
    if hasattr(cls, "__required_keys__"):
        return {name: (kind, name in cls.__required_keys__) for name, kind in hints.items()}
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return {n: (hints[n], n not in cls._field_defaults) for n in cls._fields} if hints else None
    return _declared_fields(cls, hints)


def _declared_fields(cls: Any, hints: dict[str, Any]) -> dict[str, tuple[Any, bool]] | None:
    if dataclasses.is_dataclass(cls):
        missing = dataclasses.MISSING
        own = [field for field in dataclasses.fields(cls) if field.init]
        return {f.name: (hints[f.name], f.default is missing and f.default_factory is missing) for f in own}
    if hasattr(cls, "__attrs_attrs__"):
        nothing = _loaded("attr", "NOTHING")
        given = [field for field in cls.__attrs_attrs__ if field.init]
        return {f.alias: (hints.get(f.name, Any), f.default is nothing) for f in given}
    return None


def _pydantic_fields(cls: Any) -> dict[str, tuple[Any, bool]]:
    """The fields of a pydantic model by the name that its constructor takes, with their constraints."""
    found = {}
    for name, field in cls.model_fields.items():
        metadata: Any = (field.annotation, *field.metadata)
        kind = typing.Annotated[metadata] if field.metadata else field.annotation
        taken = field.validation_alias if isinstance(field.validation_alias, str) else name
        found[taken] = (kind, field.is_required())
    return found
