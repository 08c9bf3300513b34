"""What an annotation stands for that is only a name of another."""

from __future__ import annotations

import typing
from typing import Any


def named_type(annotation: Any) -> Any | None:
    """The type behind a NewType or a type alias, its parameters filled in; None for a type that stands for itself.

    From Python 3.12 on, numpy's NDArray is such an alias.
    """
    if isinstance(annotation, type):
        return None
    value = getattr(typing.get_origin(annotation), "__value__", None)
    if value is not None:
        return value[typing.get_args(annotation)]
    return getattr(annotation, "__supertype__", None) or getattr(annotation, "__value__", None)
