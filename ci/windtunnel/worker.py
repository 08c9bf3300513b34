"""The process in which the user's code runs: how it is furnished, and how its facts are put down."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import io
import os
import pickle
import signal
import sys
import tempfile
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

from windtunnel.debugger import debugger

FOLDER = "WINDTUNNEL_WORKER_FOLDER"
SHOW_STACK = signal.SIGUSR1
RESULT, KEPT, STACK, OUT_OF_MEMORY = "result", "kept", "stack", "out-of-memory"
"""The files in the worker's folder: what it hands over, what it has put aside, where it stands, and why a process below
it was killed."""


def work(target: str, arguments: tuple[Any, ...], folder: Path, output: int) -> None:
    """Call the target in a session, with streams, folders and environment of its own; put its result down."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    tell_stack(folder / STACK)
    _offer_to_be_killed()
    if lent := debugger():
        lent.attend()
    enter(folder)
    sys.argv = ["windtunnel"]
    worker = os.getpid()
    value = resolve(target)(*arguments)
    if os.getpid() == worker:  # and not a child that the user's code forked and let come back here
        put(folder / RESULT, value)


def tell_stack(file: Path) -> None:
    """Have this process write into `file` where it stands: when it is asked by SHOW_STACK, and when it crashes."""
    stack = file.open("w", encoding="utf-8")
    faulthandler.register(SHOW_STACK, file=stack, all_threads=False)
    faulthandler.enable(stack, all_threads=False)


class Shelf:
    """Where a worker puts facts aside while it works: they are handed over in its place if it comes to grief."""

    def __init__(self) -> None:
        self._folder = Path(os.environ[FOLDER])  # read once: the user's code may empty the environment

    def keep(self, value: object) -> None:
        """Put `value` in the place of what was kept before."""
        put(self._folder / KEPT, value)


def resolve(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def enter(folder: Path) -> None:
    """Make `folder` this process's own: its working directory and its temporary folder lie in it."""
    for name in ("cwd", "tmp"):
        (folder / name).mkdir(parents=True)
    os.environ[FOLDER] = str(folder)
    os.chdir(folder / "cwd")
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder / "tmp")


def _offer_to_be_killed() -> None:
    """Have a kernel that is short of memory end this process and what descends from it before all others."""
    with contextlib.suppress(OSError):  # Linux only
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


class _Pickler(pickle.Pickler):
    """Writes the user's own kinds of strings and numbers as plain ones: a task_id may be a member of an enum."""

    def reducer_override(self, value: Any) -> Any:
        if type(value).__module__.startswith("windtunnel."):
            # The first releases of 3.11 reduce a member to a call of getattr, which is not loaded.
            return (type(value), (value.value,)) if isinstance(value, Enum) else NotImplemented
        if isinstance(value, str):
            return str, (str.__str__(value),)
        if isinstance(value, int):
            return int, (int.__int__(value),)
        if isinstance(value, float):
            return float, (float.__float__(value),)
        return NotImplemented


def put(file: Path, value: object) -> None:
    """Put facts down in a file, whole or not at all. No pipe: the user's code may close or fill all descriptors."""
    buffer = io.BytesIO()
    _Pickler(buffer).dump(value)
    new = file.with_name(f"{file.name}.new")
    new.write_bytes(buffer.getbuffer())
    new.replace(file)
