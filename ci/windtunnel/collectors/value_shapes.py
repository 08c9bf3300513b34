"""The type of a value as an annotation would say it; of the value itself nothing is told."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

_MOST_ELEMENTS = 100
_DEEPEST = 3


def shape_of(value: Any, depth: int = 0) -> str:
    """For example `dict[str, int | None]`, or `Series of float64`."""
    name = "None" if value is None else type(value).__qualname__
    if depth > _DEEPEST:
        return name
    if isinstance(value, Mapping):
        entries = list(islice(value.items(), _MOST_ELEMENTS))
        keys, held = (_either((entry[at] for entry in entries), depth) for at in (0, 1))
        return f"{name}[{keys}, {held}]" if entries else name
    if isinstance(value, tuple) and 0 < len(value) <= 4:
        return f"{name}[{', '.join(shape_of(one, depth + 1) for one in value)}]"
    if isinstance(value, list | tuple | set | frozenset):
        return f"{name}[{_either(_some(value), depth)}]" if value else name
    return f"{name} of {value.dtype}" if _has_one_dtype(value) else name


def _some(value: Any) -> Iterable[Any]:
    if isinstance(value, list | tuple) and len(value) > _MOST_ELEMENTS:
        return [*value[: _MOST_ELEMENTS - 1], value[-1]]
    return islice(value, _MOST_ELEMENTS)


def _either(values: Iterable[Any], depth: int) -> str:
    """The types of all of them, None at the end."""
    shapes = sorted({shape_of(value, depth + 1) for value in values}, key=lambda shape: (shape == "None", shape))
    return " | ".join(shapes)


def _has_one_dtype(value: Any) -> bool:
    known = [("pandas", "Series"), ("numpy", "ndarray"), ("polars", "Series")]
    kinds = (getattr(sys.modules.get(module), name, None) for module, name in known)
    return any(isinstance(kind, type) and isinstance(value, kind) for kind in kinds)
