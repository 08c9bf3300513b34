"""What a DAG file does to the world while it is imported: seen by an audit hook, not guessed from the text."""

from __future__ import annotations

import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from windtunnel.airflow_compat.metadata import tell_reads
from windtunnel.collectors.changes import StateWatch
from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.writes import CHANGING_EVENTS, Ground, WriteRefused, about_to_change
from windtunnel.facts import Effect, EffectFacts
from windtunnel.findings import Location

_IMPORTING = "<frozen importlib._bootstrap>"


@dataclass(slots=True)
class ImportWatch:
    """Between `start` and `stop`, all that the user's own lines do; what they would write is refused for good.

    Below the repository's root nobody may write, elsewhere the user's lines may not, but in the child's `own` folder.
    What a library does while it is itself imported is the library's: it is left out, and left to it.
    """

    root: Path
    own: Path
    refused: list[str] = field(default_factory=list)
    _seen: dict[tuple[Effect, Location | None], dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    _state: StateWatch = field(init=False)
    _watching: bool = False
    _refusing: bool = False
    _in_hook: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Hook in, before anything that refuses what is to be seen. A hook cannot be taken away: once in a child."""
        sys.addaudithook(self._audit)
        begin = threading.Thread.start  # Python raises an audit event for it from 3.12 on only

        def start(thread: threading.Thread) -> None:
            self._audit("thread", (thread.name,))
            begin(thread)

        threading.Thread.start = start  # type: ignore[method-assign,assignment]
        tell_reads(lambda kind, name, _has_default: self._audit("metadata", (kind, name)))
        self._state = StateWatch(self.root)

    def start(self) -> None:
        """Watch from now on: another file, of which nothing is known yet."""
        self._seen.clear()
        self.refused.clear()
        self._state.forget()
        self._watching = self._refusing = True

    def stop(self) -> tuple[EffectFacts, ...]:
        """What was seen, in order: of what one line did in one way, the first and how many more."""
        self._watching = False
        seen = (EffectFacts(effect, _first_of(effect, [*what]), at) for (effect, at), what in self._seen.items())
        changed = (EffectFacts(Effect.PROCESS_STATE, what, at) for what, at in self._state.changes())
        return (*seen, *changed)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _EVENTS:
            return
        here = threading.get_ident()
        if not self._refusing or here in self._in_hook:
            return
        self._in_hook.add(here)  # what we do here is not the user's
        try:
            self._note(event, arguments, sys._getframe(1))  # noqa: SLF001  the documented way to a frame
            self._refuse_writes(event, arguments, sys._getframe(1))  # noqa: SLF001
        finally:
            self._in_hook.discard(here)

    def _note(self, event: str, arguments: tuple[Any, ...], frame: FrameType) -> None:
        tell = _TELLING.get(event) if self._watching else None
        for effect, what in tell(arguments) if tell else ():
            if location := self._users_line(frame):
                self._seen[effect, location][what] = None

    def _refuse_writes(self, event: str, arguments: tuple[Any, ...], frame: FrameType) -> None:
        ground = Ground(self.root, self.own)
        for deed, path in about_to_change(event, arguments):
            users = self._users_line(frame)
            if not ground.is_free(path) and (users or ground.is_forbidden(path)):
                what = f"{deed} {ground.name(path)}"
                self._seen[Effect.FILE, users or self._users_line(frame, through_imports=True)][what] = None
                self.refused.append(what)
                raise WriteRefused(path)

    def _users_line(self, frame: FrameType | None, *, through_imports: bool = False) -> Location | None:
        while frame is not None and (through_imports or frame.f_code.co_filename != _IMPORTING):
            if is_users(frame.f_code.co_filename, self.root):
                return Location(relative(frame.f_code.co_filename, self.root), frame.f_lineno)
            frame = frame.f_back
        return None


def _first_of(effect: Effect, deeds: list[str]) -> str:
    # To look up a host and to try each of its addresses is to reach for one thing.
    more = "" if len(deeds) == 1 or effect is Effect.NETWORK else f" (and {len(deeds) - 1} more)"
    return deeds[0] + more


Told = Iterator[tuple[Effect, str]]


def _connects(arguments: tuple[Any, ...]) -> Told:
    address = arguments[1]
    if isinstance(address, tuple):
        yield Effect.NETWORK, f"{address[0]}:{address[1]}"


def _looks_up(arguments: tuple[Any, ...]) -> Told:
    host, port = arguments[:2]
    yield Effect.NETWORK, f"{host}:{port}" if port else str(host)


def _starts(arguments: tuple[Any, ...]) -> Told:
    command = arguments[0] if arguments else "fork"
    yield Effect.PROCESS, os.fsdecode(command) if isinstance(command, str | bytes | os.PathLike) else str(command)


def _begins_thread(arguments: tuple[Any, ...]) -> Told:
    yield Effect.THREAD, f"the thread {arguments[0]!r}"


def _reads(arguments: tuple[Any, ...]) -> Told:
    yield Effect.METADATA, f"the {arguments[0]} {arguments[1]!r}"


_TELLING: dict[str, Callable[[tuple[Any, ...]], Told]] = {
    "socket.bind": _connects,
    "socket.connect": _connects,
    "socket.sendto": _connects,
    "socket.getaddrinfo": _looks_up,
    "subprocess.Popen": _starts,
    "os.system": _starts,
    "os.fork": _starts,
    "os.posix_spawn": _starts,
    "thread": _begins_thread,
    "metadata": _reads,
}
_EVENTS = frozenset((*_TELLING, *CHANGING_EVENTS))
