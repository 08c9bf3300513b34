"""The readers of pandas, watched: each tells what it has read, and which code has asked for it."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Mapping
from types import FrameType, ModuleType
from typing import Any

from windtunnel.collectors.recorder import when_imported

_READERS = ("read_csv", "read_table", "read_json", "read_parquet", "read_feather", "read_pickle", "read_excel")

Note = Callable[[Any, tuple[Any, ...], Mapping[str, Any], FrameType], None]


def watch_readers(note: Note) -> None:
    """Have `note` called after each reading: with what was read, the arguments, and the frame that has called."""
    when_imported("pandas", lambda pandas: _watch(pandas, note))


def _watch(pandas: ModuleType, note: Note) -> None:
    for name in _READERS:
        reader = getattr(pandas, name, None)
        home = sys.modules.get(getattr(reader, "__module__", ""))
        if callable(reader) and home is not None:
            watched = _watched(reader, note)
            setattr(pandas, name, watched)
            if getattr(home, name, None) is reader:
                setattr(home, name, watched)  # pickle looks for functions by the place that they are from


def _watched(reader: Callable[..., Any], note: Note) -> Callable[..., Any]:
    @functools.wraps(reader)
    def read(*arguments: Any, **options: Any) -> Any:
        value = reader(*arguments, **options)
        with contextlib.suppress(Exception):  # what we make of it is no trouble of the user's
            note(value, arguments, options, sys._getframe(1))  # noqa: SLF001
        return value

    code: Any = read
    code.__code__ = code.__code__.replace(co_filename="<windtunnel>")  # in no stack is it a line of the user's
    return read
