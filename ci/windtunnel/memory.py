"""How much memory a worker and all that descends from it hold, looked at often and cheaply."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import psutil

MIB = 1 << 20
LOOK_EVERY = 0.05  # seconds: a process that fills memory as fast as it can takes 100 to 200 MiB in that time
_FAMILY_EVERY = 0.5  # finding the family means reading all of /proc


class MemoryWatch:
    """Watches the family of one process; `limit` is in bytes.

    Pages that several processes share are counted once, and pages that only mirror a file not at all: Linux takes them
    back when it needs them. There is no limit that the kernel could keep for us: RLIMIT_AS counts what is reserved, and
    Airflow and Arrow reserve many times what they use.
    """

    def __init__(self, head: int, limit: int) -> None:
        self._limit = limit
        self._head = psutil.Process(head)
        self._next_family = time.monotonic() + _FAMILY_EVERY

    def is_over(self) -> bool:
        """Whether they hold more than they may; False where they have just ended."""
        try:
            return self._too_much([self._head]) or (self._is_time() and self._too_much(self._family()))
        except psutil.Error:
            return False

    def largest_below(self) -> psutil.Process | None:
        """The process below the head that holds the most, if that is more than the head does."""
        largest = max(self._family(), key=_own, default=self._head)
        return None if largest == self._head else largest

    def _is_time(self) -> bool:
        now = time.monotonic()
        is_time = now >= self._next_family
        if is_time:
            self._next_family = now + _FAMILY_EVERY
        return is_time

    def _family(self) -> list[psutil.Process]:
        """The head, and its orphans too: they were handed to this process."""
        return psutil.Process().children(recursive=True)

    def _too_much(self, processes: list[psutil.Process]) -> bool:
        """First by the cheap count (30 us a process), which may be too high, and beyond the limit by the exact one."""
        return sum(map(_resident, processes)) > self._limit and sum(map(_own, processes)) > self._limit


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _own(process: psutil.Process) -> int:
    """The process's share of what it holds, in bytes."""
    try:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # no Linux, or it has just ended
        return _resident(process)
    return _kib(rollup.splitlines(), ("Pss_Anon:", "Pss_Shmem:")) * 1024 or _resident(process)


def _kib(lines: Iterable[str], names: tuple[str, ...]) -> int:
    return sum(int(line.split()[1]) for line in lines if line.startswith(names))
