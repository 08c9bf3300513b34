"""The warm process that children are forked from: it imports what is heavy once, and never runs a user's line itself.

For each job it forks a supervisor, and the supervisor forks the worker in which the user's code runs. The worker may
hang, exit, crash, flood its output or leave daemons behind: the supervisor outlives it, ends whatever is left of it,
removes its folder, and reports. Nothing but these three processes can hold a job up, and they belong to one job alone.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import io
import os
import pickle
import selectors
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import psutil

LENGTH = struct.Struct("!Q")
_KEPT_OUTPUT = 64 * 1024
_SHOW_STACK = signal.SIGUSR1
_STACK_GRACE = 0.5
_FOLDER = "WINDTUNNEL_WORKER_FOLDER"


@dataclass(frozen=True, slots=True)
class Order:
    """What one child is asked for: the function `target` ("package.module:name") called with `arguments`."""

    target: str
    arguments: tuple[Any, ...]
    timeout: float


@dataclass(slots=True)
class Ending:
    """What the supervisor saw: `status` as os.waitpid gives it, `payload` what the worker handed over.

    A `partial` payload is the last that the worker had put aside before it came to grief.
    """

    timed_out: bool = False
    status: int = 0
    seconds: float = 0.0
    output: bytes = b""
    stack: str = ""
    payload: bytes = field(default=b"", repr=False)
    partial: bool = False


def main(control_fd: int, warm_up: str) -> None:
    """Warm up, then fork a supervisor for each order that comes through the control socket, until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=control_fd)
    workshop = Path(tempfile.mkdtemp(prefix="windtunnel-"))
    _enter(workshop)
    children: set[int] = set()
    try:
        _resolve(warm_up)()
        while received := _receive(control):
            order, result_fd = received
            children.add(_fork(partial(_supervise, order, result_fd, workshop), close=control))
            os.close(result_fd)
            children = {child for child in children if os.waitpid(child, os.WNOHANG)[0] == 0}
    finally:
        _end_all(children)
        os.chdir("/")
        shutil.rmtree(workshop, ignore_errors=True)


class Shelf:
    """Where a worker puts facts aside while it works: they are handed over in its place if it comes to grief."""

    def __init__(self) -> None:
        self._folder = Path(os.environ[_FOLDER])  # read once: the user's code may empty the environment

    def keep(self, value: object) -> None:
        """Put `value` in the place of what was kept before."""
        (self._folder / "kept.new").write_bytes(_dumps(value))
        (self._folder / "kept.new").replace(self._folder / "kept")


def _resolve(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _receive(control: socket.socket) -> tuple[Order, int] | None:
    header, fds, _, _ = socket.recv_fds(control, LENGTH.size, 1)
    if not header:
        return None
    (length,) = LENGTH.unpack(header)
    return pickle.loads(control.recv(length, socket.MSG_WAITALL)), fds[0]  # noqa: S301  it comes from our own pool


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
        os._exit(status)


def _end_all(children: set[int]) -> None:
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
    for child in children:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


# The supervisor


class _Stopped(BaseException):
    """The template has been told to end, so this job is not wanted any more."""


def _supervise(order: Order, result_fd: int, workshop: Path) -> None:
    """Fork the worker, see it end, end all that it left, and write the Ending to the result pipe."""
    _adopt_orphans()
    signal.signal(signal.SIGTERM, _stop)
    folder = Path(tempfile.mkdtemp(dir=workshop))
    try:
        ending = _watch(order, folder, result_fd)
    except _Stopped:
        return
    finally:
        _kill_descendants()
        shutil.rmtree(folder, ignore_errors=True)
    with os.fdopen(result_fd, "wb") as result, contextlib.suppress(BrokenPipeError):
        pickle.dump(ending, result)


def _stop(*_: object) -> NoReturn:
    raise _Stopped


def _watch(order: Order, folder: Path, result_fd: int) -> Ending:
    output_read, output_write = os.pipe()
    payload_read, payload_write = os.pipe()
    wake_read, wake_write = os.pipe()
    for fd in (output_read, payload_read, wake_read, wake_write):
        os.set_blocking(fd, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)

    def work() -> None:
        signal.set_wakeup_fd(-1)
        for fd in (result_fd, output_read, payload_read, wake_read, wake_write):
            os.close(fd)
        _work(order, folder, output_write, payload_write)

    started = time.monotonic()
    worker = _fork(work)
    os.close(output_write)
    os.close(payload_write)
    ending = _listen(worker, started + order.timeout, output_read, payload_read, wake_read, folder)
    ending.seconds = time.monotonic() - started
    ending.stack = _read_stack(folder) if ending.timed_out else ""
    if (ending.timed_out or ending.status or not ending.payload) and (folder / "kept").exists():
        ending.payload = (folder / "kept").read_bytes()
        ending.partial = True
    return ending


def _listen(worker: int, deadline: float, output: int, payload: int, wake: int, folder: Path) -> Ending:
    kept, parts = bytearray(), bytearray()
    ending = Ending()
    with selectors.DefaultSelector() as selector:
        for fd in (output, payload, wake):
            selector.register(fd, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select(max(0.0, deadline - time.monotonic())):
                chunk = os.read(key.fd, 1 << 16)
                if not chunk:
                    selector.unregister(key.fd)
                elif key.fd == output:
                    kept += chunk
                    del kept[:-_KEPT_OUTPUT]
                elif key.fd == payload:
                    parts += chunk
            done, ending.status = os.waitpid(worker, os.WNOHANG)
            if done:
                break
            if time.monotonic() >= deadline:
                ending.timed_out = True
                ending.status = _kill_worker(worker, folder)
                break
    ending.output = bytes(kept + _drain(output))[-_KEPT_OUTPUT:]
    ending.payload = bytes(parts + _drain(payload))
    return ending


def _drain(fd: int, most: int = 1 << 26) -> bytes:
    """What is left in a pipe now; a descendant that still holds the other end cannot make us wait."""
    drained = bytearray()
    with contextlib.suppress(BlockingIOError):
        while len(drained) < most and (chunk := os.read(fd, 1 << 16)):
            drained += chunk
    return bytes(drained)


def _kill_worker(worker: int, folder: Path) -> int:
    """Ask a worker that is over its time where it stands, then kill it; its wait status."""
    os.kill(worker, _SHOW_STACK)
    give_up = time.monotonic() + _STACK_GRACE
    while time.monotonic() < give_up and not _read_stack(folder):
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)
    return os.waitpid(worker, 0)[1]


def _read_stack(folder: Path) -> str:
    file = folder / "stack"
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def _adopt_orphans() -> None:
    """Have daemons of the worker handed to this process when their parents end, so that it can end them too.

    A subreaper exists on Linux only; elsewhere a daemon that has left its session is not found.
    """
    if sys.platform == "linux":
        import ctypes

        pr_set_child_subreaper = 36
        ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def _kill_descendants() -> None:
    while descendants := psutil.Process().children(recursive=True):
        for descendant in descendants:
            with contextlib.suppress(psutil.NoSuchProcess):
                descendant.kill()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass


# The worker


def _work(order: Order, folder: Path, output: int, payload: int) -> None:
    """Call the target in a session, with streams, folders and environment of its own; hand its result over."""
    os.setsid()
    for number, handler in ((signal.SIGTERM, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
        signal.signal(number, handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    stack = (folder / "stack").open("w", encoding="utf-8")
    faulthandler.register(_SHOW_STACK, file=stack, all_threads=False)
    _enter(folder)
    sys.argv = ["windtunnel"]
    result = _dumps(_resolve(order.target)(*order.arguments))
    with os.fdopen(payload, "wb") as pipe:
        pipe.write(result)


class _Pickler(pickle.Pickler):
    """Writes the user's own kinds of strings and numbers as plain ones: a task_id may be a member of an enum."""

    def reducer_override(self, value: Any) -> Any:
        if type(value).__module__.startswith("windtunnel."):
            return NotImplemented
        if isinstance(value, str):
            return str, (str.__str__(value),)
        if isinstance(value, int):
            return int, (int.__int__(value),)
        if isinstance(value, float):
            return float, (float.__float__(value),)
        return NotImplemented


def _dumps(value: object) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer).dump(value)
    return buffer.getvalue()


def _enter(folder: Path) -> None:
    """Make `folder` this process's own: its working directory and its temporary folder lie in it."""
    for name in ("cwd", "tmp"):
        (folder / name).mkdir()
    os.environ[_FOLDER] = str(folder)
    os.chdir(folder / "cwd")
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder / "tmp")
