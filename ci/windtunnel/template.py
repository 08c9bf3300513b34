"""The warm process that children are forked from: it imports what is heavy once, and never runs a user's line itself.

For each job it forks a supervisor, and the supervisor forks the worker in which the user's code runs. The worker may
hang, exit, crash, flood its output or leave daemons behind: the supervisor outlives it, ends whatever is left of it,
removes its folder, and reports. A worker that kills its supervisor falls to the template; one that kills the template
stops nobody, because a supervisor needs it no more: a job is wanted for as long as the other end of its result socket
is open, and no longer.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import select
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from windtunnel.memory import LOOK_EVERY, MIB, MemoryWatch
from windtunnel.worker import FOLDER, KEPT, OUT_OF_MEMORY, RESULT, SHOW_STACK, STACK, enter, put, resolve, work

LENGTH = struct.Struct("!Q")
STARTED = b"+"
KEPT_OUTPUT = 64 * 1024  # bytes
_MOST_FACTS = 1 << 28
_STACK_GRACE = 0.5
_TICK = 0.5
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Order:
    """What one child is asked for: the function `target` ("package.module:name") called with `arguments`.

    It is killed after `timeout` seconds, and where it holds more than `max_memory` MiB; with `ends_largest`, then the
    largest process below it is killed instead, as Linux does it, if that is larger than itself.
    """

    target: str
    arguments: tuple[Any, ...]
    timeout: float
    max_memory: int
    ends_largest: bool = False


@dataclass(slots=True)
class Ending:
    """What the supervisor saw: `status` as os.waitpid gives it, `payload` what the worker handed over.

    `stack` is where the worker stood when it was stopped, or crashed the interpreter. A `partial` payload is the last
    that the worker had put aside before it came to grief.
    """

    timed_out: bool = False
    out_of_memory: bool = False
    status: int = 0
    seconds: float = 0.0
    output: bytes = b""
    printed: int = 0
    stack: str = ""
    payload: bytes = field(default=b"", repr=False)
    partial: bool = False


def main(control_fd: int, warm_up: str) -> None:
    """Warm up, then fork a supervisor for each order that comes through the control socket, until it closes.

    All that it and its children write lies in the folder that the environment names. It is removed here because the
    caller may have been killed; where this process is, the caller removes it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _adopt_orphans()
    workshop = Path(os.environ[FOLDER])
    enter(workshop / "template")
    gc.disable()  # a tenth of the time that imports take; what is frozen is not touched in the children either
    resolve(warm_up)()
    gc.freeze()
    gc.enable()
    _serve(socket.socket(fileno=control_fd), workshop)
    os.chdir("/")
    remove(workshop)
    os._exit(0)  # to take down in order all that was imported takes a tenth of a second


def remove(folder: Path) -> None:
    """Remove `folder`, however deep it is and whatever has become of the permissions in it."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if os.path.lexists(folder):
        if not folder.is_symlink():  # chmod would follow it out of here
            subprocess.run(["chmod", "-R", "u+rwx", folder], check=False, stderr=subprocess.DEVNULL)  # noqa: S607
        subprocess.run(["rm", "-rf", folder], check=False, stderr=subprocess.DEVNULL)  # noqa: S607


def _serve(control: socket.socket, workshop: Path) -> None:
    supervisors: set[int] = set()
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        if not poll.poll(_TICK * 1000):
            _wake(supervisors)
        elif received := _receive(control):
            order, result = received
            supervisors.add(_fork(partial(_supervise, order, result, workshop), close=control))
            result.close()
        else:
            return _dismiss(supervisors, workshop)
        _reap(supervisors, workshop)


def _receive(control: socket.socket) -> tuple[Order, socket.socket] | None:
    header, fds, _, _ = socket.recv_fds(control, LENGTH.size, 1)
    if not fds:
        return None
    result = socket.socket(fileno=fds[0])
    (length,) = LENGTH.unpack(header)
    order = control.recv(length, socket.MSG_WAITALL)
    return (pickle.loads(order), result) if len(order) == length else None  # noqa: S301  it comes from our own pool


def _fork(work: Callable[[], None], close: socket.socket | None = None) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        if close is not None:
            close.close()
        work()
        status = 0
    except SystemExit as request:
        status = request.code if isinstance(request.code, int) else 1 if request.code else 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status & 0xFF)  # a larger number would raise, and the child go on in its parent's code


def _wake(supervisors: AbstractSet[int]) -> None:
    for supervisor in supervisors:  # a worker may have stopped its parent
        os.kill(supervisor, signal.SIGCONT)


def _reap(supervisors: set[int], workshop: Path) -> None:
    """Forget the supervisors that have ended, and do the work of those that could not finish it."""
    ended = {pid: status for pid, status in (os.waitpid(each, os.WNOHANG) for each in supervisors) if pid}
    supervisors.difference_update(ended)
    failed = [pid for pid, status in ended.items() if status]
    if failed:
        _end_children(spare=supervisors)
    for pid in failed:
        remove(workshop / str(pid))


def _dismiss(supervisors: set[int], workshop: Path) -> None:
    """Give the supervisors, who see for themselves that nobody is waiting, the time to end; then end the rest."""
    give_up = time.monotonic() + _PATIENCE
    while supervisors and time.monotonic() < give_up:
        time.sleep(0.01)
        _reap(supervisors, workshop)
    _end_children()


# The supervisor


def _supervise(order: Order, result: socket.socket, workshop: Path) -> None:
    """Fork the worker, see it end, end all that it left, and tell the Ending through the result socket."""
    os.setsid()  # so that a worker which kills the group of its parent kills that alone
    _adopt_orphans()
    folder = workshop / str(os.getpid())
    folder.mkdir()
    try:
        with contextlib.suppress(ConnectionError):  # nobody is waiting any more
            result.sendall(STARTED)
            result.sendall(pickle.dumps(_watch(order, folder, result)))
    finally:
        remove(folder)


def _watch(order: Order, folder: Path, result: socket.socket) -> Ending:
    output, printed = os.pipe()
    wake, awaken = os.pipe()
    os.set_blocking(output, False)
    os.set_blocking(awaken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(awaken, warn_on_full_buffer=False)

    def become_worker() -> None:
        signal.set_wakeup_fd(-1)
        result.close()
        for fd in (output, wake, awaken):
            os.close(fd)
        work(order.target, order.arguments, folder, printed)

    worker = _fork(become_worker)
    os.close(printed)
    ending = _listen(worker, order, output, wake, result.fileno(), folder)
    if ending.timed_out or ending.out_of_memory:
        _ask_for_stack(worker, folder / STACK)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(worker, signal.SIGKILL)  # all at once: those who fork without end cannot get away
    _end_children()
    while _keep_output(output, ending):
        pass
    _collect(folder, ending)
    return ending


def _listen(worker: int, order: Order, output: int, wake: int, result: int, folder: Path) -> Ending:
    """Keep the last of the output until the worker ends, is over its limits, or nobody is waiting for it any more."""
    ending = Ending()
    memory = MemoryWatch(worker, order.max_memory * MIB)
    started = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for fd in (output, wake, result):
            selector.register(fd, selectors.EVENT_READ)
        while True:
            left = max(0.0, started + order.timeout - time.monotonic())
            ready = {key.fd for key, _ in selector.select(min(left, LOOK_EVERY))}
            if output in ready and not _keep_output(output, ending):
                selector.unregister(output)
            if wake in ready:
                os.read(wake, 1 << 16)
            ended, ending.status = os.waitpid(worker, os.WNOHANG)
            ending.seconds = time.monotonic() - started
            ending.timed_out = not ended and ending.seconds >= order.timeout
            is_too_large = not ended and not ending.timed_out and memory.is_over()
            ending.out_of_memory = is_too_large and not (order.ends_largest and _make_room(memory, order, folder))
            if ended or ending.timed_out or ending.out_of_memory or result in ready:
                return ending


def _make_room(memory: MemoryWatch, order: Order, folder: Path) -> bool:
    """Kill the largest process below the worker, and say so in its folder; False where it is the worker itself."""
    if (largest := memory.largest_below()) is None:
        return False
    put(folder / OUT_OF_MEMORY, f"was killed: the run used more than {order.max_memory} MiB of memory")
    with contextlib.suppress(psutil.Error):
        largest.kill()
    return True


def _keep_output(output: int, ending: Ending) -> bool:
    """Whether there was any."""
    try:
        chunk = os.read(output, 1 << 16)
    except BlockingIOError:
        return False
    ending.output = (ending.output + chunk)[-KEPT_OUTPUT:]
    ending.printed += len(chunk)
    return bool(chunk)


def _ask_for_stack(worker: int, file: Path) -> None:
    """Have a worker that is over its limits write down where it stands.

    It may not answer: it may be stopped, or block signals.
    """
    os.kill(worker, SHOW_STACK)
    give_up = time.monotonic() + _STACK_GRACE
    before, stack = b"", b""
    while time.monotonic() < give_up and not (stack and stack == before):  # it may still be writing
        time.sleep(0.02)
        before, stack = stack, _read(file, KEPT_OUTPUT)


def _collect(folder: Path, ending: Ending) -> None:
    ending.stack = _read(folder / STACK, KEPT_OUTPUT).decode(errors="replace")
    ending.payload = _read(folder / RESULT, _MOST_FACTS)
    if not ending.payload:
        ending.payload, ending.partial = _read(folder / KEPT, _MOST_FACTS), True


def _read(file: Path, most: int) -> bytes:
    """The start of a file in a worker's folder, in whose place there may by now be a link, a pipe or nothing."""
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:  # noqa: PTH123
            return stream.read(min(os.fstat(stream.fileno()).st_size, most))
    except OSError:
        return b""


def _adopt_orphans() -> None:
    """Have daemons of a worker handed to this process when their parents end, so that it can end them too.

    A subreaper exists on Linux only; elsewhere a daemon that has left its group is found when the pool is closed.
    """
    if sys.platform == "linux":
        import ctypes

        pr_set_child_subreaper = 36
        ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def _end_children(spare: AbstractSet[int] = frozenset()) -> None:
    """Kill all children but those to spare, and what descends from them."""
    give_up = time.monotonic() + _PATIENCE
    while (strangers := _children(spare)) and time.monotonic() < give_up:
        for stranger in strangers:
            with contextlib.suppress(psutil.Error):
                stranger.kill()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(stranger.pid, os.WNOHANG)


def _children(spare: AbstractSet[int]) -> list[psutil.Process]:
    try:
        while not spare and os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return []  # found out in microseconds, where psutil reads all of /proc
    return [child for child in psutil.Process().children(recursive=not spare) if child.pid not in spare]
