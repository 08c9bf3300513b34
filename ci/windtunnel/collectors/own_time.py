"""A clock that stands still while a thread is ready to run and no processor is free for it.

What a file takes on a machine that has other things to do says little about the file. Sleeping, and waiting for a disk
or for another machine, counts: that is the file's own doing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

_NANOSECONDS = 1e-9


def own_time(thread: int | None = None) -> Callable[[], float]:
    """A clock, in seconds, of the thread with this native id, or of the calling one.

    Linux counts the waiting, in the second field of `schedstat` (Documentation/scheduler/sched-stats.rst). Where
    nothing does, it is a clock like any other.
    """
    counted = Path(f"/proc/self/task/{thread or threading.get_native_id()}/schedstat")

    def waited() -> float:
        try:
            return int(counted.read_bytes().split()[1]) * _NANOSECONDS
        except (OSError, IndexError, ValueError):
            return 0.0

    return lambda: time.perf_counter() - waited()
