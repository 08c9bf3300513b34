"""Whether two values are the same, deeply: missing equals missing, what cannot be compared is undecided."""

from __future__ import annotations

import copy
import dataclasses
import math
import numbers
import sys
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

# Threads of a linear algebra library may add the same floats in another order from call to call.
_CLOSE = {"rel_tol": 1e-9, "abs_tol": 1e-12}
_DEEPEST = 40


def same(left: Any, right: Any, depth: int = 0) -> bool | None:
    """True, False, or None where the values do not say (objects without an `==` of their own, iterators).

    Floats are the same within a billionth.
    """
    if left is right:
        return True
    if depth > _DEEPEST:
        return None
    if isinstance(left, numbers.Number) and isinstance(right, numbers.Number):
        return _same_numbers(left, right)
    if type(left) is not type(right):
        return False
    return _equal_at_once(left, right) or _same_of_a_type(left, right, depth)


def _same_of_a_type(left: Any, right: Any, depth: int) -> bool | None:
    if isinstance(left, Mapping):
        return _same_mappings(left, right, depth)
    if isinstance(left, list | tuple | deque):
        return _same_sequences(left, right, depth)
    table = _same_tables(left, right, depth)
    if table is not _NO_TABLE:
        return bool(table) if table is not None else None
    return _same_objects(left, right, depth)


def _equal_at_once(left: Any, right: Any) -> bool:
    """Whether plain containers are equal at the speed of C; no says nothing (a missing number is not itself)."""
    if type(left) not in (list, tuple, dict, set, frozenset, str, bytes):
        return False
    try:
        return bool(left == right)
    except Exception:  # what lies inside has an `==` of its own, as tables have
        return False


def _all(answers: Iterable[bool | None]) -> bool | None:
    """False if any is; else None if any is; else True."""
    undecided = False
    for answer in answers:
        if answer is False:
            return False
        undecided = undecided or answer is None
    return None if undecided else True


def _same_numbers(left: Any, right: Any) -> bool | None:
    try:
        if left == right or (_is_nan(left) and _is_nan(right)):
            return True
        whole = isinstance(left, numbers.Rational) and isinstance(right, numbers.Rational)
        if not whole and isinstance(left, numbers.Real) and isinstance(right, numbers.Real):
            return math.isclose(left, right, **_CLOSE)
        return False
    except (TypeError, ValueError, ArithmeticError):
        return None


def _is_nan(number: Any) -> bool:
    return bool(number != number)  # noqa: PLR0124 - also for complex and Decimal, which math.isnan refuses


def _same_mappings(left: Any, right: Any, depth: int) -> bool | None:
    if len(left) != len(right) or any(key not in right for key in left):
        return False
    return _all(same(left[key], right[key], depth + 1) for key in left)


def _same_sequences(left: Any, right: Any, depth: int) -> bool | None:
    if len(left) != len(right):
        return False
    return _all(same(one, other, depth + 1) for one, other in zip(left, right, strict=True))


_NO_TABLE = object()


def _same_tables(left: Any, right: Any, depth: int) -> Any:
    """The answer for tables of pandas, numpy and polars, or _NO_TABLE for what is none."""
    pandas, numpy, polars = (sys.modules.get(name) for name in ("pandas", "numpy", "polars"))
    if polars is not None and isinstance(left, polars.DataFrame | polars.Series):
        return _same_of_polars(left, right, depth)
    if numpy is not None and isinstance(left, numpy.ndarray):
        return _same_arrays(left, right, depth)
    if pandas is None:
        return _NO_TABLE
    if isinstance(left, pandas.DataFrame):
        return _same_frames(left, right, depth)
    if isinstance(left, pandas.Series):
        return _all([same(left.name, right.name), _same_columns(left, right, depth), same(left.index, right.index)])
    if isinstance(left, pandas.Index):
        return _all([same(list(left.names), list(right.names)), _same_columns(left, right, depth)])
    return _NO_TABLE


def _same_of_polars(left: Any, right: Any, depth: int) -> bool | None:
    """Their `==` goes by cells; that of lists and dicts knows nothing of missing and nearly equal numbers."""
    if left.shape != right.shape:
        return False
    if hasattr(left, "schema"):
        is_alike = left.schema == right.schema
        return is_alike and _same_mappings(left.to_dict(as_series=False), right.to_dict(as_series=False), depth)
    is_alike = (left.name, left.dtype) == (right.name, right.dtype)
    return is_alike and _same_sequences(left.to_list(), right.to_list(), depth)


def _same_frames(left: Any, right: Any, depth: int) -> bool | None:
    if left.shape != right.shape or not same(left.columns, right.columns) or not same(left.index, right.index):
        return False
    columns = range(left.shape[1])
    return _all(_same_columns(left.iloc[:, place], right.iloc[:, place], depth) for place in columns)


def _same_columns(left: Any, right: Any, depth: int) -> bool | None:
    if len(left) != len(right) or left.dtype != right.dtype:
        return False
    if left.equals(right):
        return True
    return _all(_same_cells(one, other, depth) for one, other in zip(list(left), list(right), strict=True))


def _same_cells(left: Any, right: Any, depth: int) -> bool | None:
    return same(left, right, depth + 1)


def _same_arrays(left: Any, right: Any, depth: int) -> bool | None:
    if left.shape != right.shape or left.dtype != right.dtype:
        return False
    if left.dtype.kind in "OV":
        return _same_sequences(left.ravel().tolist(), right.ravel().tolist(), depth)
    numpy: Any = sys.modules["numpy"]
    if left.dtype.kind in "fc":
        tolerance = {"rtol": _CLOSE["rel_tol"], "atol": _CLOSE["abs_tol"]}
        return bool(numpy.allclose(left, right, equal_nan=True, **tolerance))
    return bool(numpy.array_equal(left, right)) or _same_sequences(left.ravel().tolist(), right.ravel().tolist(), depth)


def _same_objects(left: Any, right: Any, depth: int) -> bool | None:
    if _declares_fields(left):
        return _same_mappings(_fields(left), _fields(right), depth)
    if "__eq__" not in {name for cls in type(left).__mro__[:-1] for name in vars(cls)}:
        return None
    return _same_by_their_own(left, right)


def _declares_fields(value: Any) -> bool:
    cls = type(value)
    return dataclasses.is_dataclass(cls) or hasattr(cls, "__attrs_attrs__") or hasattr(cls, "__pydantic_fields__")


def _fields(value: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
    elif hasattr(type(value), "__attrs_attrs__"):
        names = [field.name for field in type(value).__attrs_attrs__]
    else:
        names = list(type(value).__pydantic_fields__)
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


def _same_by_their_own(left: Any, right: Any) -> bool | None:
    """By `==`, which is believed only if a value equals its own copy."""
    try:
        if (left == right) is True:
            return True
        useful = (left == right) is False and (copy.deepcopy(left) == left) is True
    except Exception:  # it is the user's or a library's `==`: whatever it raises, it does not say
        return None
    return False if useful else None
