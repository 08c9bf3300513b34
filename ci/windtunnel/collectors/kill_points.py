"""Where a save can be struck, and what strikes it there: by what it writes, not by the clock, so that it repeats."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from windtunnel.collectors.writes import changes_of
from windtunnel.facts import Fault


class Where(str, Enum):
    """At which moment of a save: `DEED` is a change of a file that Python announces, `BYTE` a size of any file."""

    NOWHERE = "undisturbed"
    BEFORE = "before it writes anything"
    DEED = "deed"
    BYTE = "byte"
    AFTER = "when it is done"


@dataclass(frozen=True, slots=True)
class KillPoint:
    """One fault at one moment. `number` counts deeds from 1, or is the size beyond which no file can grow."""

    where: Where
    number: int = 0
    fault: Fault = Fault.KILLED
    deed: str = ""

    @property
    def text(self) -> str:
        """The moment as the end of a sentence."""
        if self.where is Where.DEED:
            return f"before it can {self.deed}"
        if self.where is Where.BYTE:
            return f"at byte {self.number}" if self.number else "before its first byte"
        return "" if self.where is Where.NOWHERE else str(self.where.value)


_FIRST_DEEDS = 3
_READING = ("SELECT", "PRAGMA", "EXPLAIN")
UNDISTURBED = KillPoint(Where.NOWHERE)


def kill_points(deeds: Sequence[str], sizes: Iterable[int], most: int, *, beyond: bool = False) -> list[KillPoint]:
    """So many points of a save at most that does these deeds and leaves files of these sizes; the telling ones first.

    Of bytes: none, the half of each file, all but one, one; then, if there is room, the largest file cut ever finer.
    Some lie `beyond` its size where files are written that are larger for a while.
    """
    whole = sorted({size for size in sizes if size}, reverse=True)
    largest = whole[0] if whole else 0
    more = [largest * parts // 8 for parts in (9, 12, 16)] if beyond else []
    cuts = [0, *(size // 2 for size in whole), *more, *(size - 1 for size in whole), 1]
    finer = [largest * part // parts for parts in (4, 8, 16, 32, 64, 128, 256, 512) for part in range(1, parts, 2)]
    killed = [KillPoint(Where.BYTE, cut) for cut in dict.fromkeys(cuts) if cut < largest or cut in more]
    named = [KillPoint(Where.DEED, number, deed=deed) for number, deed in enumerate(deeds, 1) if number > 1]
    full = [KillPoint(Where.BYTE, cut, Fault.FULL) for cut in dict.fromkeys((largest // 2, 0)) if largest]
    rest = [KillPoint(Where.BYTE, cut) for cut in dict.fromkeys(finer) if cut not in cuts]
    wanted = [
        *killed[:2],
        *named[:_FIRST_DEEDS],
        KillPoint(Where.AFTER),
        *full[:1],
        KillPoint(Where.NOWHERE, fault=Fault.DENIED),
        KillPoint(Where.BEFORE),
        *named[_FIRST_DEEDS:],
        *killed[2:],
        *full[1:],
        *rest,
    ]
    return wanted[:most]


class Strike:
    """Carries out one kill point in this process: `begin` just before the save, `end` just after it.

    The kernel stops what would let a file grow beyond the byte, whichever library writes it: it kills the process, or
    answers EFBIG, in the place of a full disk. `places` are the paths that may not be written, `own` the folder in
    which that is done by permissions; elsewhere Python's own announcement of a change is answered.
    """

    def __init__(self, point: KillPoint, places: Sequence[str] = (), own: str = "") -> None:
        self.point = point
        self.deeds: list[str] = []
        self._places, self._own = places, own
        self._undo: list[Callable[[], object]] = []
        self._is_on = False
        self._latest = ""

    def begin(self) -> None:
        """From now on."""
        point = self.point
        if point.where is Where.BEFORE:
            die()
        if point.where is Where.BYTE:
            self._limit(point.number)
        if point.fault is Fault.DENIED:
            self._lock()
        if point.where in (Where.NOWHERE, Where.DEED):
            self._is_on = True
            sys.addaudithook(self._audit)
            self._listen_to_sqlite()

    def end(self) -> None:
        """No more; the process goes on."""
        if self.point.where is Where.AFTER:
            die()
        self._is_on = False
        while self._undo:
            self._undo.pop()()

    def _limit(self, size: int) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        action = signal.SIG_DFL if self.point.fault is Fault.KILLED else signal.SIG_IGN
        known = signal.signal(signal.SIGXFSZ, action)
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        self._undo.append(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard)))
        self._undo.append(lambda: signal.signal(signal.SIGXFSZ, known))

    def _lock(self) -> None:
        for folder in {os.path.dirname(place) for place in self._places}:  # noqa: PTH120
            if self._own and Path(folder).is_relative_to(self._own) and Path(folder).is_dir():
                for path in (folder, *(place for place in self._places if Path(place).exists())):
                    mode = Path(path).stat().st_mode
                    Path(path).chmod(mode & ~0o222)
                    self._undo.append(_chmod_of(path, mode))
        self._undo.append(without_privilege())

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._is_on:
            return
        self._is_on = False  # what we do here is not the user's
        try:
            for deed, path in changes_of(event, arguments):
                if not _is_nobodys(path):
                    self._deed(deed, path)
        finally:
            self._is_on = True

    def _listen_to_sqlite(self) -> None:
        """What the C library writes for it no hook announces; its connections tell their statements."""
        import sqlite3

        connect = sqlite3.connect

        def told(*arguments: Any, **options: Any) -> Any:
            connection = connect(*arguments, **options)
            connection.set_trace_callback(self._statement)
            return connection

        def put(function: Any) -> None:
            sqlite3.connect = sqlite3.dbapi2.connect = function

        put(told)
        self._undo.append(lambda: put(connect))

    def _statement(self, text: str) -> None:
        """SQLite is about to carry out a statement; of many of a kind in a row, the first is a deed."""
        words = text.split(None, 1)
        word = words[0].upper() if words else ""
        if self._is_on and word not in ("", *_READING, self._latest):
            self._latest = word
            self._deed("run", word)

    def _deed(self, deed: str, path: str) -> None:
        self.deeds.append(f"{deed} {os.path.basename(path)}")  # noqa: PTH119
        if self.point.where is Where.DEED and len(self.deeds) == self.point.number:
            die()
        if self.point.fault is Fault.DENIED and self._is_forbidden(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    def _is_forbidden(self, path: str) -> bool:
        folders = [os.path.dirname(place) for place in self._places]  # noqa: PTH120
        elsewhere = [folder for folder in folders if not (self._own and Path(folder).is_relative_to(self._own))]
        return any(Path(path).is_relative_to(folder) for folder in elsewhere)


def die() -> None:
    """As a worker dies that is short of memory, or is taken away: at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def _is_nobodys(path: str) -> bool:
    return path.startswith(("/dev/", "/proc/", "/sys/")) or "__pycache__" in path


def _chmod_of(path: str, mode: int) -> Callable[[], object]:
    def back() -> None:
        with contextlib.suppress(OSError):
            Path(path).chmod(mode & 0o7777)

    return back


_CAPABILITIES_3 = 0x20080522
_OVERRIDES = 0b111  # CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def without_privilege() -> Callable[[], object]:
    """Let permissions hold for this thread even if it is root's; on Linux. What gives the privilege back."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return lambda: None
    libc = ctypes.CDLL(None)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0)
    data = (ctypes.c_uint32 * 6)()
    if libc.capget(header, data) != 0:
        return lambda: None
    effective = data[0]

    def use(mask: int) -> int:
        data[0] = mask
        return int(libc.capset(header, data))

    use(effective & ~_OVERRIDES)
    return lambda: use(effective)
