"""Which files a task opens, in order: those that it writes, and the data that it reads."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.dags import own_folder
from windtunnel.collectors.duck_tables import announce
from windtunnel.collectors.effects import Effects
from windtunnel.collectors.file_frames import is_named, through
from windtunnel.collectors.file_places import is_inside, is_unread, print_of
from windtunnel.collectors.recorder import when_imported
from windtunnel.collectors.shared_places import CLEARED, LISTED, READ, WRITTEN, Board, Claim
from windtunnel.collectors.store_uses import StoreUses
from windtunnel.collectors.tree_keeper import KEPT_TREE
from windtunnel.collectors.writes import lines_at_work, users_line
from windtunnel.facts import FileUseFacts
from windtunnel.findings import Location

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108  what the user's own text may name
_NO_FILES = ("/dev/", "/proc/", "/sys/")
_OF_PYTHON = tuple(
    f"{place}/" for place in {*sysconfig.get_paths().values(), sys.base_prefix, "/usr", "/etc", "/lib", "/lib64"}
)
_HIDDEN = str(Path("~/.").expanduser()) + "/."
_CODE = (".py", ".pyc", ".so", ".pth")
_OPENING = ("open", "sqlite3.connect", "os.rename")
_LOCKING = ("fcntl.flock", "fcntl.lockf")
_LISTING = ("os.listdir", "os.scandir")
_REMOVING = {"os.remove": WRITTEN, "os.rmdir": WRITTEN, "shutil.rmtree": CLEARED}
_GIVING = ("subprocess.Popen", "os.posix_spawn", "os.system", "os.fork", "os.exec", "socket.connect")
_HEARD = frozenset((*_OPENING, *_LOCKING, *_GIVING, *_LISTING, *_REMOVING))
_MOST = 200  # of each kind: written, read
_NOWHERE = Location("")
CHANCE = re.compile(r"^tmp[a-z0-9_]{8}")
"""How `tempfile` names what it makes."""


class FileUses:
    """What the task at work in this process has opened, at lines of the user's. Nothing is noted before `begin`.

    Audit hooks see what goes through Python: a library that opens files in C is not seen. `on_write` is called before
    each file or object that is opened for writing and was not before. `stores` sees the objects of stores.
    """

    def __init__(self, root: Path, effects: Effects, board: Board | None = None) -> None:
        self._root, self._board = root, board
        self._task = ""
        self._map_index = -1
        self._seen: dict[tuple[str, bool], FileUseFacts] = {}
        self._reads = 0
        self._writers: dict[threading.Thread, set[str]] = {}
        self._own: tuple[str, ...] = ()
        self._ours = os.path.realpath(own_folder() / KEPT_TREE) + "/"
        self._is_locking = self._is_giving = False
        self.on_write: Callable[[], None] | None = None
        self.stores = StoreUses(root, effects, lambda: (self._task, self._map_index), self._about_to_open)
        self._folder = os.path.realpath(own_folder()) + "/"
        self._process = os.getpid()
        when_imported("duckdb", announce)
        sys.addaudithook(self._audit)

    def begin(self, task_id: str, map_index: int = -1) -> None:
        """The code of a task is about to run."""
        self._task, self._map_index = task_id, map_index
        self._seen, self._reads, self._writers = {}, 0, {}
        self._is_locking = self._is_giving = False
        self._process = os.getpid()
        self._own = (str(Path.cwd()), os.path.realpath(tempfile.gettempdir()))
        self.stores.begin()

    @contextlib.contextmanager
    def unheard(self) -> Iterator[None]:
        """What is done meanwhile is not the task's."""
        task, self._task = self._task, ""
        try:
            yield
        finally:
            self._task = task

    def taken(self) -> tuple[FileUseFacts, ...]:
        """What was seen since, and what lies there now."""
        task, self._task = self._task, ""  # what we do here is not the task's
        here = threading.current_thread()
        alive = [paths for thread, paths in self._writers.items() if thread is not here and thread.is_alive()]
        undone = set().union(*alive)
        seen = tuple(self._as_left(use, undone=use.path in undone) for use in self._seen.values())
        self._task = task
        return (*seen, *self.stores.taken())

    def _as_left(self, use: FileUseFacts, *, undone: bool) -> FileUseFacts:
        unread = use.writes and not self._is_giving and is_unread(use.path)
        content = print_of(use.path) if use.replaces else ""
        left = use.writes and os.path.lexists(use.path)
        return replace(use, undone=undone, left=left, unread=unread, content=content, locked=self._is_locking)

    @property
    def has_given_way(self) -> bool:
        """Whether the run has come to a place where another one is."""
        return self._board is not None and self._board.read()[1]

    def claim(self, names: Iterable[str], writes: bool) -> None:
        """The task is about to open these files, where Python may not see it."""
        for name in names if self._task else ():
            self._claim(WRITTEN if writes else READ, os.path.realpath(name))

    def _claim(self, kind: str, path: str) -> None:
        """End the task before it comes to a place where another run is: its own run will be played later."""
        if self._board is None or path.startswith((self._folder, _HIDDEN, *_NO_FILES)):
            return
        task, self._task = self._task, ""  # what we do here is not the task's
        is_free = self._board.is_free(Claim(kind, path))
        self._task = task
        if not is_free:
            os.kill(self._process, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)  # it may be one that the task has started

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._task or event not in _HEARD:
            return
        if event in _OPENING:
            self._opened(event, arguments)
        elif event in _LOCKING:
            self._is_locking = True
        elif event in _LISTING or event in _REMOVING:
            self._listed(arguments, _REMOVING.get(event, LISTED))
        else:
            self._is_giving = True

    def _opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        name, task = arguments[event == "os.rename"], self._task
        is_relative_to_another = event == "os.rename" and arguments[3] not in (None, -1)
        if not isinstance(name, str | bytes | os.PathLike) or is_relative_to_another:
            return
        flags = arguments[2] if event == "open" and isinstance(arguments[2], int) else 0
        writes = event != "open" or bool(flags & _WRITING)
        if len(self._seen) - self._reads >= _MOST if writes else self._reads >= _MOST:
            return
        self._task = ""  # what we do here is not the task's
        try:  # a name that the system does not take is the task's own trouble
            with contextlib.suppress(OSError, ValueError):
                empties = event == "os.rename" or bool(flags & os.O_TRUNC)
                use = FileUseFacts(task, "", _NOWHERE, writes, replaces=empties, at=time.monotonic())
                self._note(os.fsdecode(name), use, sys._getframe(2), announced=event != "os.rename")  # noqa: SLF001
        finally:
            self._task = task

    def _note(self, name: str, use: FileUseFacts, frame: Any, *, announced: bool) -> None:
        if not use.writes and name.endswith(_CODE):
            return
        path = os.path.realpath(name.removeprefix("file:").partition("?")[0])
        if ":memory:" in name or path.startswith((self._ours, *_NO_FILES)):
            return
        if use.writes:
            self._writers.setdefault(threading.current_thread(), set()).add(path)
        if known := self._seen.get((path, use.writes)):
            if use.replaces:
                self._seen[path, True] = replace(known, replaces=True, times=known.times + 1)
            return
        lines = lines_at_work(frame, self._root)
        if lines and not path.startswith(_OF_PYTHON):
            self._claim(WRITTEN if use.writes else READ, path)
        fleeting = self._is_fleeting(Path(path))
        if _is_folder(path) or not (use.writes or fleeting or _is_data(path)):
            return
        if lines:
            if announced and use.writes and self.on_write is not None:
                self.on_write()
            self._keep(replace(use, path=path, location=lines[0], inner=lines[1], fleeting=fleeting), name, frame)

    def _about_to_open(self, url: str, *, writes: bool) -> None:
        self._claim(WRITTEN if writes else READ, url)
        if writes and self.on_write is not None:
            self.on_write()

    def _listed(self, arguments: tuple[Any, ...], kind: str) -> None:
        name = arguments[0]
        if self._board is None or not isinstance(name, str | os.PathLike):
            return
        path = os.path.realpath(name)
        if not path.startswith(_OF_PYTHON) and users_line(sys._getframe(2), self._root):  # noqa: SLF001
            self._claim(kind, path)

    def _keep(self, use: FileUseFacts, name: str, frame: Any) -> None:
        self._reads += not use.writes
        was_there = use.writes and os.path.lexists(use.path)
        self._seen[use.path, use.writes] = replace(
            use,
            map_index=self._map_index,
            whole=use.writes and (use.replaces or not was_there),
            times=int(use.replaces),
            found=print_of(use.path) if use.replaces and was_there else "",
            through=tuple(through(frame, self._root)),
            inside=use.writes and is_inside(use.path, self._root),
            named=use.fleeting and use.writes and is_named(Path(name).name, frame, self._root),
            loose=use.path.startswith(self._own[0] + "/"),
        )

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


def _is_folder(path: str) -> bool:
    """tempfile opens the folder itself, as if to write it."""
    return os.path.isdir(path)  # noqa: PTH112  for each file that is opened


def _is_data(path: str) -> bool:
    return not path.startswith(_OF_PYTHON) and os.path.isfile(path)  # noqa: PTH113
