"""Values as Python code that makes them again, with the imports that it needs; checked by making them again."""

from __future__ import annotations

import dataclasses
import enum
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from windtunnel.collectors.properties_compare import same
from windtunnel.collectors.properties_render import render

_IMPORTS = {
    r"\bpd\.": "import pandas as pd",
    r"\bnp\.": "import numpy as np",
    r"\bdatetime\.": "import datetime",
    r"\bdeque\(": "from collections import deque",
    r"\bDecimal\(": "from decimal import Decimal",
    r"\bFraction\(": "from fractions import Fraction",
    r"\bUUID\(": "from uuid import UUID",
    r"\basyncio\.": "import asyncio",
    r"\bcopy\.": "import copy",
    r"\bos\.": "import os",
    r"\brandom\.": "import random",
    r"\bsubprocess\.": "import subprocess",
    r"\bsys\.": "import sys",
    r"\bwarnings\.": "import warnings",
    r"\bpytest\.": "import pytest",
}


class Unwritable(Exception):
    """There is no code for it; the text says for what."""


def written(arguments: Mapping[str, Any]) -> dict[str, str]:
    """The code of each argument. Unwritable where what it makes is not the same value."""
    found = {name: code(value) for name, value in arguments.items()}
    scope: dict[str, Any] = {}
    imports = imports_of(found.values(), arguments.values())
    for name, text in found.items():
        try:
            exec("\n".join(imports), scope)  # noqa: S102  our own text of imports, in a child
            made = eval(text, scope)  # noqa: S307  the same
        except Exception as error:
            raise Unwritable(f"the argument {name!r} holds a value that cannot be written as code") from error
        if same(arguments[name], made) is not True:
            raise Unwritable(f"the argument {name!r} holds a value that cannot be written as code")
    return found


def code(value: Any) -> str:
    """An expression; for what has none it is one that does not make the value."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        return _frame(value)
    if pandas is not None and isinstance(value, pandas.Series):
        return _series(value)
    return _cell(value) or render(value)


def _frame(frame: Any) -> str:
    columns = (
        ", ".join(f"{_key(name)}: {_list(frame[name])}" for name in frame.columns) if frame.columns.is_unique else ""
    )
    types = {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
    return f"pd.DataFrame({{{columns}}}{_index(frame.index)}).astype({types!r})"


def _series(series: Any) -> str:
    name = "" if series.name is None else f", name={series.name!r}"
    return f"pd.Series({_list(series)}{_index(series.index)}, dtype={str(series.dtype)!r}{name})"


def _key(name: Any) -> str:
    return _cell(name) or repr(name)


def _index(index: Any) -> str:
    """Nothing for the usual one, which counts the rows."""
    if type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1:
        return ""
    return f", index={_list(index)}"


def _list(values: Any) -> str:
    return f"[{', '.join(_cell(one) or render(one) for one in values.tolist())}]"


def _cell(value: Any) -> str:
    """What pandas writes in its own way; "" for all else."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return ""
    if value is pandas.NA:
        return "pd.NA"
    if value is pandas.NaT:
        return "pd.NaT"
    if isinstance(value, pandas.Timestamp | pandas.Timedelta | pandas.Period | pandas.Interval):
        return f"pd.{value!r}"
    return "float('nan')" if isinstance(value, float) and math.isnan(value) else ""


def imports_of(texts: Iterable[str], values: Iterable[Any] = ()) -> list[str]:
    """The imports that code needs, and those of the classes of the user's that stand in the values."""
    whole = "\n".join(texts)
    known = {line for pattern, line in _IMPORTS.items() if re.search(pattern, whole)}
    own = {f"from {cls.__module__} import {cls.__name__}" for value in values for cls in _classes(value)}
    return sorted(known, key=lambda line: (line.startswith("from"), line)) + sorted(own - known)


def _classes(value: Any, depth: int = 0) -> Iterator[type]:
    if depth > 6:
        return
    if isinstance(value, enum.Enum):
        yield type(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield type(value)
        for field in dataclasses.fields(value):
            yield from _classes(getattr(value, field.name, None), depth + 1)
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from _classes(pair, depth + 1)
    elif type(value) in (list, tuple, set, frozenset):
        for one in value:
            yield from _classes(one, depth + 1)
