"""Where the function of a node stands in its file: the line of its `def`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from windtunnel.collectors.failures import relative
from windtunnel.collectors.hamilton_functions import def_lines
from windtunnel.findings import Location


def location_of(function: Callable[..., Any], root: Path | None) -> Location:
    """The place; for a function that was not written in a file, where Python believes it to be."""
    code = inspect.unwrap(function).__code__
    line = _lines_of(code.co_filename).get(code.co_firstlineno, code.co_firstlineno)
    return Location(relative(code.co_filename, root or Path("/")), line)


@lru_cache(maxsize=64)  # the nodes of a task are of a few modules, which do not change while it runs
def _lines_of(file: str) -> dict[int, int]:
    try:
        return def_lines(Path(file))
    except (OSError, SyntaxError, ValueError):
        return {}
