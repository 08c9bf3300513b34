"""What a DAG file does to the world while it is imported: seen by an audit hook, not guessed from the text."""

from __future__ import annotations

import logging
import os
import random
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from windtunnel.airflow_compat.metadata import tell_reads
from windtunnel.collectors.failures import is_users, relative
from windtunnel.facts import Effect, EffectFacts
from windtunnel.findings import Location

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_IMPORTING = "<frozen importlib._bootstrap>"


@dataclass(slots=True)
class ImportWatch:
    """Between `start` and `stop`, all that the user's own lines do. `own` is the folder in which they may write.

    What a library does while it is itself imported is the library's, and is left out.
    """

    root: Path
    own: Path
    _seen: dict[EffectFacts, None] = field(default_factory=dict)
    _before: dict[str, Any] = field(default_factory=dict)
    _watching: bool = False

    def __post_init__(self) -> None:
        """Hook in, before anything that refuses what is to be seen. A hook cannot be taken away: once in a child."""
        sys.addaudithook(self._audit)
        begin = threading.Thread.start  # Python raises an audit event for it from 3.12 on only

        def start(thread: threading.Thread) -> None:
            self._audit("thread", (thread.name,))
            begin(thread)

        threading.Thread.start = start  # type: ignore[method-assign,assignment]
        tell_reads(lambda kind, name, _has_default: self._audit("metadata", (kind, name)))

    def start(self) -> None:
        """Watch from now on."""
        self._seen = {}
        self._before = process_state()
        self._watching = True

    def stop(self) -> tuple[EffectFacts, ...]:
        """What was seen, in order; the state of the process is compared with that at the start."""
        self._watching = False
        after = process_state()
        changed = [name for name, value in self._before.items() if after[name] != value]
        return (*self._seen, *(EffectFacts(Effect.PROCESS_STATE, name, None) for name in changed))

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        tell = _TELLING.get(event) if self._watching else None
        if tell is None:
            return
        self._watching = False  # what we do here is not the user's
        try:
            for effect, what in tell(arguments, self.own):
                if location := self._users_line(sys._getframe(1)):  # noqa: SLF001  the documented way to a frame
                    self._seen[EffectFacts(effect, what, location)] = None
        finally:
            self._watching = True

    def _users_line(self, frame: FrameType | None) -> Location | None:
        while frame is not None and frame.f_code.co_filename != _IMPORTING:
            if is_users(frame.f_code.co_filename, self.root):
                return Location(relative(frame.f_code.co_filename, self.root), frame.f_lineno)
            frame = frame.f_back
        return None


Told = Iterator[tuple[Effect, str]]


def _connects(arguments: tuple[Any, ...], own: Path) -> Told:  # noqa: ARG001
    address = arguments[1]
    if isinstance(address, tuple):
        yield Effect.NETWORK, f"{address[0]}:{address[1]}"


def _looks_up(arguments: tuple[Any, ...], own: Path) -> Told:  # noqa: ARG001
    yield Effect.NETWORK, str(arguments[0])


def _starts(arguments: tuple[Any, ...], own: Path) -> Told:  # noqa: ARG001
    command = arguments[0] if arguments else "fork"
    yield Effect.PROCESS, os.fsdecode(command) if isinstance(command, str | bytes | os.PathLike) else str(command)


def _opens(arguments: tuple[Any, ...], own: Path) -> Told:
    path, _, flags = arguments
    if not isinstance(flags, int) or not flags & _WRITING or not isinstance(path, str | bytes | os.PathLike):
        return
    file = Path(os.fsdecode(path)).absolute()
    if not file.is_relative_to(own) and not file.is_relative_to("/dev"):
        yield Effect.FILE, str(file)


def _begins_thread(arguments: tuple[Any, ...], own: Path) -> Told:  # noqa: ARG001
    yield Effect.THREAD, f"the thread {arguments[0]!r}"


def _reads(arguments: tuple[Any, ...], own: Path) -> Told:  # noqa: ARG001
    yield Effect.METADATA, f"the {arguments[0]} {arguments[1]!r}"


_TELLING: dict[str, Callable[[tuple[Any, ...], Path], Told]] = {
    "socket.connect": _connects,
    "socket.getaddrinfo": _looks_up,
    "subprocess.Popen": _starts,
    "os.system": _starts,
    "os.fork": _starts,
    "os.posix_spawn": _starts,
    "open": _opens,
    "thread": _begins_thread,
    "metadata": _reads,
}


def process_state() -> dict[str, Any]:
    """What code that is run later in this process may depend on, by the name under which people know it."""
    return {
        "os.environ": dict(os.environ),
        "the working directory": Path.cwd(),
        "sys.path": list(sys.path),
        "the level of the root logger": logging.getLogger().level,
        "the random state": hash(random.getstate()),
    }
