"""A call as code that somebody can paste: every argument as an expression that makes it again."""

from __future__ import annotations

import collections
import dataclasses
import enum
import math
import sys
from collections.abc import Mapping
from typing import Any

_LONGEST = 200
# A table with more rows is nobody's smallest example: it is named, not written.
_MOST_ROWS = 50


def render_call(name: str, arguments: Mapping[str, Any]) -> str:
    """The call of a function with keyword arguments."""
    return f"{name}({', '.join(f'{key}={render(value)}' for key, value in arguments.items())})"


def short(value: Any) -> str:
    """A value in a sentence: its code, cut where nobody would read on."""
    text = " ".join(render(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def render(value: Any) -> str:
    """An expression for a value, where there is one; else what its repr says."""
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{float(value)}')"
    if type(value) is dict:
        return "{" + ", ".join(f"{render(key)}: {render(entry)}" for key, entry in value.items()) + "}"
    if type(value) in (list, tuple, set, frozenset, collections.deque):
        return _render_elements(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = {f.name: getattr(value, f.name, None) for f in dataclasses.fields(value) if f.init}
        return render_call(type(value).__name__, given)
    return _render_table(value) or _repr(value)


def _render_elements(value: Any) -> str:
    inner = ", ".join(render(one) for one in value)
    if type(value) is list:
        return f"[{inner}]"
    if type(value) is tuple:
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if type(value) is set and value:
        return f"{{{inner}}}"
    return f"{type(value).__name__}({f'[{inner}]' if value else ''})"


def _render_table(value: Any) -> str:
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        return f"np.array({render(value.tolist())}, dtype={str(value.dtype)!r})"
    if numpy is not None and isinstance(value, numpy.generic):
        return repr(value)
    if pandas is None:
        return ""
    if isinstance(value, pandas.Series | pandas.DataFrame) and len(value) > _MOST_ROWS:
        return f"<{type(value).__name__} of {len(value)} rows>"
    if isinstance(value, pandas.Series):
        index = "" if _plain_index(value.index) else f", index={render(value.index.tolist())}"
        return f"pd.Series({render(value.tolist())}, dtype={str(value.dtype)!r}{index})"
    if isinstance(value, pandas.DataFrame):
        index = "" if _plain_index(value.index) else f", index={render(value.index.tolist())}"
        columns = {name: value[name] for name in value.columns} if value.columns.is_unique else {}
        return f"pd.DataFrame({{{', '.join(f'{n!r}: {_render_column(c)}' for n, c in columns.items())}}}{index})"
    return ""


def _render_column(column: Any) -> str:
    return (
        f"pd.Series({render(column.tolist())}, dtype={str(column.dtype)!r})"
        if len(column) == 0
        else render(column.tolist())
    )


def _plain_index(index: Any) -> bool:
    return list(index) == list(range(len(index)))


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception:  # the user's own __repr__
        return f"<{type(value).__name__}>"
