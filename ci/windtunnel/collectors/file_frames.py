"""Which of the user's functions came to the line at which a file is opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

from windtunnel.collectors.failures import is_users

_HAMILTON = "/hamilton/"
_TELLING = 4  # characters of a name that are no chance


def through(frame: FrameType | None, root: Path) -> Iterator[str]:
    """The user's functions from the innermost on, up to the first that is not his; none where Hamilton opens itself."""
    while frame is not None and not is_users(frame.f_code.co_filename, root):
        if _HAMILTON in frame.f_code.co_filename:
            return
        frame = frame.f_back
    while frame is not None and is_users(frame.f_code.co_filename, root):
        yield f"{frame.f_code.co_filename}:{frame.f_code.co_firstlineno}"
        frame = frame.f_back


def is_named(name: str, frame: FrameType | None, root: Path) -> bool:
    """Whether the innermost function of the user's has the name in its own text, or how it begins or ends."""
    while frame is not None and not is_users(frame.f_code.co_filename, root):
        frame = frame.f_back
    return frame is not None and any(_tells(word, name) for word in _words(frame.f_code))


def _words(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant.rpartition("/")[2]


def _tells(word: str, name: str) -> bool:
    return len(word) >= _TELLING and (name.startswith(word) or name.endswith(word))
