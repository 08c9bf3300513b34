"""What a DAG file may not do to files while it is loaded: each change is refused before it happens."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from windtunnel.collectors.failures import is_users, relative
from windtunnel.findings import Location

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NOWHERE = -1
_IMPORTING = "<frozen importlib._bootstrap>"


class WriteRefused(PermissionError):
    """A DAG file wanted to change a file while it was loaded. It reads to libraries like a disk that is read-only."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EACCES, "windtunnel lets no DAG file change files while it is loaded", path)


class WriteGuard:
    """While it `is_on`, nobody in this process writes below the `root`, and the user's lines write nowhere.

    The child's `own` folder is free. `tell` hears what was wanted, and by which line of the user's. What a library does
    elsewhere while it is itself imported is left to it.
    """

    def __init__(self, root: Path, own: Path, tell: Callable[[str, Location | None], None] | None = None) -> None:
        self.is_on = False
        self._ground = _Ground(root, own)
        self._tell = tell or (lambda *_: None)
        self._in_hook: set[int] = set()
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _CHANGING or not self.is_on or (here := threading.get_ident()) in self._in_hook:
            return
        self._in_hook.add(here)  # what we do here is not the user's
        try:
            for deed, path in _CHANGING[event](arguments):
                self._refuse(deed, path, sys._getframe(1))  # noqa: SLF001  the documented way to a frame
        finally:
            self._in_hook.discard(here)

    def _refuse(self, deed: str, path: str, frame: FrameType) -> None:
        ground = self._ground
        users = users_line(frame, ground.root)
        if not ground.is_free(path) and (users or ground.is_forbidden(path)):
            self._tell(f"{deed} {ground.name(path)}", users or users_line(frame, ground.root, through_imports=True))
            raise WriteRefused(path)


def users_line(frame: FrameType | None, root: Path, *, through_imports: bool = False) -> Location | None:
    """The innermost line of the user's at work; behind the import of a library it is not at work."""
    while frame is not None and (through_imports or frame.f_code.co_filename != _IMPORTING):
        if is_users(frame.f_code.co_filename, root):
            return Location(relative(frame.f_code.co_filename, root), frame.f_lineno)
        frame = frame.f_back
    return None


def lines_at_work(frame: FrameType | None, root: Path) -> tuple[Location, Location | None] | None:
    """The outermost line of the user's at work, and the innermost where that is another; None where there is none."""
    inner = outer = None
    while frame is not None and frame.f_code.co_filename != _IMPORTING:
        if is_users(frame.f_code.co_filename, root):
            outer = frame
            inner = inner or frame
        frame = frame.f_back
    if inner is None or outer is None:
        return None
    first, last = (Location(relative(one.f_code.co_filename, root), one.f_lineno) for one in (outer, inner))
    return first, None if first == last else last


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where may be written: in the child's `own` folder by everybody, below the repository's `root` by nobody."""

    root: Path
    own: Path

    def is_free(self, path: str) -> bool:
        """Whether to write there does nobody harm: the child's own folder, devices, what Linux shows of processes."""
        is_device = path.startswith("/dev/") and not path.startswith("/dev/shm/")  # noqa: S108  shared memory is kept
        return is_device or path.startswith("/proc/") or any(Path(path).is_relative_to(own) for own in _names(self.own))

    def is_forbidden(self, path: str) -> bool:
        """Whether nobody may write there, the user's line or a library."""
        return any(is_users(path, root) for root in _names(self.root))

    def name(self, path: str) -> str:
        """The path as findings say it."""
        return min((relative(path, root) for root in _names(self.root)), key=len)


def _names(folder: Path) -> set[Path]:
    """The folder under the name that we know it by, and under its real one: it may lie behind a link."""
    return {folder, Path(os.path.realpath(folder))}


Changes = Iterator[tuple[str, str]]
"""(what is done, real path) for each file that an audit event announces a change of."""


def _opens(arguments: tuple[Any, ...]) -> Changes:
    path, _, flags = arguments
    if isinstance(flags, int) and flags & _WRITING and isinstance(path, str | bytes | os.PathLike):
        yield "write", os.path.realpath(os.fsdecode(path))


def _changes(verb: str, folder: int, *, follows: bool = True) -> Callable[[tuple[Any, ...]], Changes]:
    """A change of what is there: without it Python raises an error of its own. `folder` is where the dir_fd stands."""

    def changes(arguments: tuple[Any, ...]) -> Changes:
        path = _place(arguments[0], arguments[folder] if folder < len(arguments) else _NOWHERE)
        if path and os.path.lexists(path):
            yield verb, os.path.realpath(path) if follows else path

    return changes


def _makes(verb: str, position: int, folder: int) -> Callable[[tuple[Any, ...]], Changes]:
    """Something new: where a thing of that name is there, Python raises an error of its own."""

    def makes(arguments: tuple[Any, ...]) -> Changes:
        path = _place(arguments[position], arguments[folder])
        if path and not os.path.lexists(path):
            yield verb, path

    return makes


def _renames(arguments: tuple[Any, ...]) -> Changes:
    source, target, source_folder, target_folder = arguments
    place = _place(source, source_folder)
    if place and os.path.lexists(place):
        yield "rename", place
        yield "write", _place(target, target_folder)


def _connects(arguments: tuple[Any, ...]) -> Changes:
    """SQLite makes the file that is not there; in one that is there, most only read."""
    name = os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes | os.PathLike) else ""
    path = name.removeprefix("file:").partition("?")[0] if name.startswith("file:") else name
    in_memory = path in ("", ":memory:") or "mode=memory" in name or "mode=ro" in name
    if not in_memory and not os.path.lexists(path):
        yield "write", os.path.realpath(path)


def _place(path: Any, folder: Any) -> str:
    """The path with its folder resolved and itself not, which may be a link; "" for what names no file."""
    if isinstance(path, int):
        return os.path.realpath(f"/proc/self/fd/{path}")
    if not isinstance(path, str | bytes | os.PathLike):
        return ""
    base = f"/proc/self/fd/{folder}" if isinstance(folder, int) and folder >= 0 else ""
    whole = os.path.join(base, os.fsdecode(path)).rstrip("/")  # noqa: PTH118  the path may be anything
    return os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))  # noqa: PTH118 PTH119 PTH120


def changes_of(event: str, arguments: tuple[Any, ...]) -> Changes:
    """What an audit event announces; nothing where it announces no change of a file."""
    yield from _CHANGING[event](arguments) if event in _CHANGING else ()


_CHANGING: dict[str, Callable[[tuple[Any, ...]], Changes]] = {
    "open": _opens,
    "os.remove": _changes("remove", 1, follows=False),
    "os.rmdir": _changes("remove", 1, follows=False),
    "os.rename": _renames,
    "os.mkdir": _makes("make", 0, 2),
    "os.link": _makes("write", 1, 3),
    "os.symlink": _makes("write", 1, 2),
    "os.truncate": _changes("write", 2),
    "os.chmod": _changes("change", 2),
    "os.chown": _changes("change", 3),
    "os.utime": _changes("change", 3),
    "os.setxattr": _changes("change", 4),
    "os.removexattr": _changes("change", 2),
    "sqlite3.connect": _connects,
}
