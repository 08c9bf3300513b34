"""What is another thing when a file is parsed again: the date, the time zone, the order of folders."""

from __future__ import annotations

import glob
import os
import pathlib
import sysconfig
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from windtunnel.facts import Cause

if TYPE_CHECKING:
    from typing_extensions import Self

# More than a day, so that a date differs too; with odd parts, so that what is rounded to an hour or a minute does.
_AHEAD = timedelta(days=1, hours=1, minutes=1, seconds=1)
_ZONES = ("Pacific/Kiritimati", "Pacific/Honolulu")  # nobody's clock shows the same hour as both
_LIBRARIES = ("site-packages", "dist-packages")


def change(causes: Iterable[Cause]) -> None:
    """Make these conditions differ from those of a first parse, for the rest of this process's life."""
    changes: dict[Cause, Callable[[], None]] = {
        Cause.CLOCK: _set_clock_ahead,
        Cause.TIME_ZONE: _move_to_another_zone,
        Cause.LISTING: _list_backwards,
    }
    for cause in causes:
        if make := changes.get(cause):
            make()


def _set_clock_ahead() -> None:
    # Whoever replaces time.time() alone leaves datetime.now() as it was, and a class in the place of datetime breaks
    # isinstance(): this replaces the functions inside the C modules.
    import time_machine

    # A number of seconds: a date that has a zone would change the time zone too.
    time_machine.travel(time.time() + _AHEAD.total_seconds(), tick=True).start()


def _move_to_another_zone() -> None:
    # Behind the back of os.environ: a DAG may well hand its whole environment on, which is no fault.
    before = time.localtime().tm_gmtoff
    for zone in _ZONES:
        os.putenv("TZ", zone)
        time.tzset()
        if time.localtime().tm_gmtoff != before:
            return


def _list_backwards() -> None:
    """Have folders listed in the opposite of the order that the file system gives, but for those of libraries."""
    listdir, scandir = os.listdir, os.scandir

    def listing(path: Any = None) -> list[Any]:
        names: list[Any] = listdir(path)
        return names if _is_of_library(path) else names[::-1]

    def scanning(path: Any = None) -> Any:
        return scandir(path) if _is_of_library(path) else _Backwards(scandir(path))

    os.listdir, os.scandir = listing, scanning
    for module in (pathlib, glob):  # pathlib of 3.10 and glob of 3.13 keep the functions in classes
        for kind in (value for value in vars(module).values() if isinstance(value, type)):
            for name, old, new in (("listdir", listdir, listing), ("scandir", scandir, scanning)):
                kept = vars(kind).get(name)
                if old in (kept, getattr(kept, "__func__", None)):
                    setattr(kind, name, staticmethod(new))


def _is_of_library(path: Any) -> bool:
    if not isinstance(path, str | bytes | os.PathLike):
        return isinstance(path, int)
    folder = Path(os.fsdecode(path)).absolute()
    return any(part in _LIBRARIES for part in folder.parts) or folder.is_relative_to(sysconfig.get_path("stdlib"))


class _Backwards:
    """What os.scandir gives, the last first."""

    def __init__(self, entries: Any) -> None:
        with entries:
            self._entries = iter(list(entries)[::-1])

    def __iter__(self) -> Iterator[os.DirEntry[Any]]:
        return self

    def __next__(self) -> os.DirEntry[Any]:
        entry: os.DirEntry[Any] = next(self._entries)
        return entry

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave out the rest."""
        self._entries = iter(())
