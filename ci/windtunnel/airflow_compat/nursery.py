"""Where the processes of attempts come from: a process that does nothing but fork, so that each fork is cheap.

After a fork, whatever its parent writes to has to be copied, page by page. Between two attempts the process of a run
writes to a tenth of its memory: if it forked them itself, that would take a third of its time.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import selectors
import signal
import socket
import struct
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

_LENGTH = struct.Struct("!Q")
_NEWS = struct.Struct("!Qi")  # of a process: its exit code, or that it is there
_IS_THERE = 1 << 16
_MOST_DESCRIPTORS = 8
_OUT_OF_HAND = 124  # what Airflow's supervisor has a process exit with that nobody expected to come back

Begin = Callable[[Any, Sequence[int]], object]


class NurseryLost(Exception):
    """Somebody has ended the nursery: nothing more can be forked, and nobody knows how what was forked has ended."""


class Nursery:
    """A child of this process, and processes forked from it: in each, `begin(order, descriptors)` is called.

    An order is anything that can be pickled. Whatever is asked of it may raise NurseryLost.
    """

    def __init__(self, begin: Begin) -> None:
        self._line, far_end = socket.socketpair()
        self._codes: dict[int, int] = {}
        self._pid = os.fork()
        if not self._pid:
            self._line.close()
            _serve(far_end, begin)
        far_end.close()

    def fileno(self) -> int:
        """What can be read from when a process has ended, and `exit_code` has not been asked since."""
        return self._line.fileno()

    def fork(self, order: Any, descriptors: Sequence[int]) -> int:
        """The pid of a new process, which has copies of the descriptors."""
        sent = pickle.dumps(order)
        try:
            socket.send_fds(self._line, [_LENGTH.pack(len(sent))], descriptors)
            self._line.sendall(sent)
        except ConnectionError as loss:
            raise NurseryLost from loss
        while True:
            pid, said = self._hear()
            if said == _IS_THERE:
                return pid

    def exit_code(self, pid: int) -> int | None:
        """How a process forked here has ended: negative by a signal, None where it has not."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._line, selectors.EVENT_READ)
            while selector.select(0):
                self._hear()
        return self._codes.get(pid)

    def close(self) -> None:
        """End the nursery. What it has forked goes on."""
        self._line.close()
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._pid, signal.SIGKILL)  # to cut the line is not enough: others may have been forked with it
            os.waitpid(self._pid, 0)

    def _hear(self) -> tuple[int, int]:
        try:
            news = self._line.recv(_NEWS.size, socket.MSG_WAITALL)
        except ConnectionError as loss:
            raise NurseryLost from loss
        if len(news) < _NEWS.size:
            raise NurseryLost
        pid, said = _NEWS.unpack(news)
        if said != _IS_THERE:
            self._codes[pid] = said
        return pid, said


# In the nursery


def _serve(line: socket.socket, begin: Begin) -> NoReturn:
    """Fork whenever that is asked for, and tell who has ended."""
    ended, wake = os.pipe()
    os.set_blocking(ended, False)
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    selector = selectors.DefaultSelector()
    selector.register(line, selectors.EVENT_READ)
    selector.register(ended, selectors.EVENT_READ)
    with contextlib.suppress(ConnectionError):
        while True:
            if line in (ready := [key.fileobj for key, _ in selector.select()]) and not _answer(line, begin):
                break
            if ended in ready:
                os.read(ended, 1 << 12)
            _tell_ends(line)
    os._exit(0)


def _answer(line: socket.socket, begin: Begin) -> bool:
    """Whether there was an order."""
    header, descriptors, _, _ = socket.recv_fds(line, _LENGTH.size, _MOST_DESCRIPTORS)
    if not header:
        return False
    order = line.recv(_LENGTH.unpack(header)[0], socket.MSG_WAITALL)
    pid = os.fork()
    if not pid:
        line.close()
        _begin(begin, order, descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    line.sendall(_NEWS.pack(pid, _IS_THERE))
    return True


def _begin(begin: Begin, order: bytes, descriptors: Sequence[int]) -> NoReturn:
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        begin(pickle.loads(order), descriptors)  # noqa: S301  it comes from the process that this one was forked from
    except BaseException:
        traceback.print_exc()
    os._exit(_OUT_OF_HAND)


def _tell_ends(line: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):  # there are none
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            line.sendall(_NEWS.pack(ended[0], os.waitstatus_to_exitcode(ended[1])))
