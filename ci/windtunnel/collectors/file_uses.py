"""Which files a task opens: those that it writes, and of those that it reads the ones that no other machine has."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.writes import users_line
from windtunnel.facts import FileUseFacts

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108  what the user's own text may name
_NO_FILES = ("/dev/", "/proc/", "/sys/")
_MOST = 200
CHANCE = re.compile(r"^tmp[a-z0-9_]{8}")
"""How `tempfile` names what it makes."""


class FileUses:
    """What the task at work in this process has opened, at lines of the user's. Nothing is noted before `begin`.

    Audit hooks see what goes through Python: a library that opens files in C is not seen. `on_write` is called before
    each file that is opened for writing and was not before.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._task = ""
        self._seen: dict[tuple[str, bool], FileUseFacts] = {}
        self._writers: dict[threading.Thread, set[str]] = {}
        self._own: tuple[str, ...] = ()
        self.on_write: Callable[[], None] | None = None
        sys.addaudithook(self._audit)

    def begin(self, task_id: str) -> None:
        """The code of a task is about to run."""
        self._task, self._seen, self._writers = task_id, {}, {}
        self._own = (str(Path.cwd()), os.path.realpath(tempfile.gettempdir()))

    def taken(self) -> tuple[FileUseFacts, ...]:
        """What was seen since."""
        here = threading.current_thread()
        alive = [paths for thread, paths in self._writers.items() if thread is not here and thread.is_alive()]
        undone = set().union(*alive)
        return tuple(replace(use, undone=use.path in undone) for use in self._seen.values())

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._task or event not in ("open", "sqlite3.connect") or len(self._seen) >= _MOST:
            return
        name, task = arguments[0], self._task
        if not isinstance(name, str | bytes | os.PathLike):
            return
        flags = arguments[2] if event == "open" and isinstance(arguments[2], int) else 0
        writes, empties = event != "open" or bool(flags & _WRITING), bool(flags & os.O_TRUNC)
        self._task = ""  # what we do here is not the task's
        try:  # a name that the system does not take is the task's own trouble
            with contextlib.suppress(OSError, ValueError):
                self._note(os.fsdecode(name), task, sys._getframe(1), writes=writes, empties=empties)  # noqa: SLF001
        finally:
            self._task = task

    def _note(self, name: str, task: str, frame: Any, *, writes: bool, empties: bool) -> None:
        path = os.path.realpath(name.removeprefix("file:").partition("?")[0])
        if ":memory:" in name or path.startswith(_NO_FILES):
            return
        if writes:
            self._writers.setdefault(threading.current_thread(), set()).add(path)
        if (path, writes) in self._seen:
            return
        fleeting = self._is_fleeting(Path(path))
        if not (writes or fleeting):
            return
        if location := users_line(frame, self._root):
            if writes and self.on_write is not None:
                self.on_write()
            whole = writes and (empties or not os.path.lexists(path))
            self._seen[path, writes] = FileUseFacts(task, path, location, writes, fleeting, whole)

    def _is_fleeting(self, path: Path) -> bool:
        """Whether it lies in the working folder, or in the temporary one with no folder of its own between."""
        cwd, temporary = self._own
        if path.is_relative_to(cwd):
            return True
        for folder in (temporary, *_TEMPORARY):
            if path.is_relative_to(folder):
                inner = path.relative_to(folder).parts
                return len(inner) == 1 or bool(inner and CHANCE.match(inner[0]))
        return False
