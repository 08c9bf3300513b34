"""What one call does beside its result: files it leaves, what it changes of the process, what it is warned of."""

from __future__ import annotations

import contextlib
import linecache
import os
import random
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from windtunnel.collectors.failures import is_users

_WRITING = os.O_WRONLY | os.O_RDWR
_WRITTEN = {"open": 0, "os.rename": 1, "os.mkdir": 0, "os.link": 1, "os.symlink": 1, "sqlite3.connect": 0}
_CHANGES = ("os.putenv", "os.unsetenv", "os.chdir")
# Through these the user's line changes os.environ.
_MAPPINGS = ("os", "_collections_abc", "contextlib", "unittest.mock")
_LIBRARIES = ("pandas", "numpy")
_OF_NEXT_RELEASE = (DeprecationWarning, FutureWarning, PendingDeprecationWarning)
_NOT_DATA = ("__pycache__", "site-packages", "dist-packages", "/dev/", "/proc/", "/sys/")


@dataclass(slots=True)
class Deeds:
    """What was seen during one call: each with the user's line, (file, line) or None where there is none.

    `written` are paths, `changed` what was before by the name of a variable ("" for the working directory).
    """

    root: Path
    written: dict[str, tuple[str, int]] = field(default_factory=dict)
    changed: dict[str, tuple[str | None, tuple[str, int]]] = field(default_factory=dict)
    warned: dict[str, tuple[str, int]] = field(default_factory=dict)

    def left(self) -> Iterator[tuple[str, tuple[str, int]]]:
        """The files that are still there, but for those that are nobody's data: caches, temporary ones."""
        for path, line in self.written.items():
            if os.path.exists(path) and not _is_no_data(path):  # noqa: PTH110  it is asked for each of many calls
                yield path, line

    def unrestored(self) -> Iterator[tuple[str, str, tuple[str, int]]]:
        """(what, "from … to …", line) of what is another thing now."""
        for name, (before, line) in self.changed.items():
            now = os.environ.get(name) if name else os.getcwd()  # noqa: PTH109  it may be gone
            if now != before:
                yield f"variable {name}" if name else "working directory", f"from {before!r} to {now!r}", line


class _Observer:
    """The one audit hook of this process: it cannot be taken away, so it looks only while somebody wants it to."""

    def __init__(self) -> None:
        self.deeds: Deeds | None = None
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        deeds = self.deeds
        if deeds is None or (event not in _WRITTEN and event not in _CHANGES):
            return
        self.deeds = None  # what looking does is not looked at
        try:
            self._note(deeds, event, arguments)
        finally:
            self.deeds = deeds

    @staticmethod
    def _note(deeds: Deeds, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES:
            line = _own_line(deeds.root)
            if line is not None:
                name = "" if event == "os.chdir" else os.fsdecode(arguments[0])
                before = os.environ.get(name) if name else os.getcwd()  # noqa: PTH109
                deeds.changed.setdefault(name, (before, line))
        elif event != "open" or (isinstance(arguments[2], int) and arguments[2] & _WRITING):
            line = _users_line(deeds.root)
            if line is not None and isinstance(path := arguments[_WRITTEN[event]], str | bytes | os.PathLike):
                deeds.written.setdefault(os.path.abspath(os.fsdecode(path)), line)  # noqa: PTH100


@cache
def _observer() -> _Observer:
    return _Observer()


@contextlib.contextmanager
def watched(root: Path) -> Iterator[Deeds]:
    """What the code within does."""
    deeds = Deeds(root)
    observer = _observer()
    with warnings.catch_warnings():
        for kind in _OF_NEXT_RELEASE:
            warnings.simplefilter("always", kind)
        warnings.showwarning = _listener(deeds)
        observer.deeds = deeds
        try:
            yield deeds
        finally:
            observer.deeds = None


def _listener(deeds: Deeds) -> Any:
    def hear(message: Any, category: type[Warning], filename: str, lineno: int, *_: object) -> None:
        if (
            issubclass(category, _OF_NEXT_RELEASE)
            and is_users(filename, deeds.root)
            and _is_of_library(category, str(message))
        ):
            said = " ".join(str(message).split())
            deeds.warned.setdefault(f"{category.__name__}: {said}", (filename, lineno))

    return hear


def _is_of_library(category: type[Warning], message: str) -> bool:
    """Whether pandas or numpy warn of what stands in the user's line.

    numpy's code in C warns with no frame of its own, as Python does: there its messages name it.
    """
    if category.__module__.partition(".")[0] in _LIBRARIES:
        return True
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    while frame is not None and frame.f_globals.get("__name__") in (__name__, "warnings", "_py_warnings"):
        frame = frame.f_back
    if frame is None:
        return False
    if str(frame.f_globals.get("__name__")).partition(".")[0] in _LIBRARIES:
        return True
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    return "warn" not in line and "numpy" in message.lower()


def _is_no_data(path: str) -> bool:
    if any(part in path for part in _NOT_DATA):
        return True
    if path.startswith(tempfile.gettempdir()) and not path.startswith(os.getcwd()):  # noqa: PTH109
        return True
    home = str(Path.home()) + os.sep
    return path.startswith(home) and path[len(home) :].startswith(".")  # caches and settings of libraries


def _users_line(root: Path) -> tuple[str, int] | None:
    """The innermost line of the user's at which this thread stands; None within a log's own writing."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001
    while frame is not None:
        if is_users(frame.f_code.co_filename, root):
            return frame.f_code.co_filename, frame.f_lineno
        if str(frame.f_globals.get("__name__")).partition(".")[0] in ("logging", "importlib"):
            return None
        frame = frame.f_back
    return None


def _own_line(root: Path) -> tuple[str, int] | None:
    """The user's line, if it is this line itself that changes the process, and no library."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001
    while frame is not None and frame.f_globals.get("__name__") in (__name__, *_MAPPINGS):
        frame = frame.f_back
    if frame is None or not is_users(frame.f_code.co_filename, root):
        return None
    return frame.f_code.co_filename, frame.f_lineno


RandomState = tuple[Any, ...]


def random_states() -> dict[str, RandomState]:
    """The states of the generators that a process has in common, by the name that they are seeded by."""
    states: dict[str, RandomState] = {"random.seed": random.getstate()}
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        kind, keys, *rest = numpy.get_state()
        states["numpy.random.seed"] = (kind, keys.tobytes(), *rest)
    return states


@contextlib.contextmanager
def randomness_kept() -> Iterator[None]:
    """Put the generators back to where they were."""
    numpy = sys.modules.get("numpy.random")
    before, of_numpy = random.getstate(), numpy.get_state() if numpy else None
    try:
        yield
    finally:
        random.setstate(before)
        if numpy:
            numpy.set_state(of_numpy)


def draw_from_all() -> None:
    """Make every state another one than it was."""
    random.random()  # noqa: S311
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.random_sample()
