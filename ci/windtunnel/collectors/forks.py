"""Short work in a process forked from here, which may crash, hang or be killed."""

from __future__ import annotations

import os
import select
import signal
import time
import warnings
from collections.abc import Callable
from pathlib import Path

_PATIENCE = 10.0
_LOOK = 0.02
_MOST_SAID = 1000


def fork() -> int:
    """As os.fork, which newer Pythons warn of where there are threads: nothing of theirs is wanted in the child."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def in_fork(work: Callable[[], str]) -> str | None:
    """What `work` gives, called in a process of its own; None where it raises, crashes, or is not done in time."""
    left, told = told_in_fork(work, _PATIENCE)
    return told if left == 0 else None


def told_in_fork(
    work: Callable[[], str], patience: float, said_of: Callable[[Exception], str] = repr
) -> tuple[int | None, str]:
    """How the process ended in which `work` was called, and what it gave, or what is `said_of` the error it raised.

    The end is as os.waitpid gives it, None where it was not done in `patience` seconds.
    """
    reader, writer = os.pipe()
    pid = fork()
    if not pid:
        status = 1
        try:
            leave_streams(spare=writer)
            os.write(writer, work().encode())
            status = 0
        except Exception as error:
            os.write(writer, said_of(error)[:_MOST_SAID].encode())
        finally:
            os._exit(status)
    os.close(writer)
    left, told = ended(pid, reader, patience)
    return left, told.decode(errors="replace")


def ended(pid: int, reader: int, patience: float) -> tuple[int | None, bytes]:
    """How a child ended, as os.waitpid gives it, and what it has written; None where it was killed for its time."""
    told, give_up, is_open = b"", time.monotonic() + patience, True
    while True:
        if is_open and select.select([reader], [], [], _LOOK)[0]:
            chunk = os.read(reader, 1 << 16)
            told, is_open = told + chunk, bool(chunk)
            continue
        done, status = os.waitpid(pid, os.WNOHANG)
        if done or time.monotonic() >= give_up:
            break
        time.sleep(0 if is_open else _LOOK / 20)
    os.close(reader)
    if not done:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return (status if done else None), told


def leave_streams(spare: int) -> None:
    """Put nothing in the place of every socket and standard stream: their other ends hear the process forked from."""
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        descriptors = [int(name) for name in os.listdir("/proc/self/fd")]  # noqa: PTH208
    except OSError:  # not Linux
        descriptors = []
    for descriptor in {0, 1, 2, *descriptors} - {spare, nothing}:
        try:
            is_stream = descriptor < 3 or str(Path(f"/proc/self/fd/{descriptor}").readlink()).startswith("socket:")
        except OSError:  # the one that the list was read by
            continue
        if is_stream:
            os.dup2(nothing, descriptor)
