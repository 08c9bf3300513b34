"""What a DAG file does to the world while it is imported: seen by an audit hook, not guessed from the text."""

from __future__ import annotations

import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windtunnel.airflow_compat.metadata import tell_reads
from windtunnel.collectors.changes import StateWatch
from windtunnel.collectors.writes import WriteGuard, users_line
from windtunnel.facts import Effect, EffectFacts
from windtunnel.findings import Location


@dataclass(slots=True)
class ImportWatch:
    """Between `start` and `stop`, all that the user's own lines do; what they would write is refused for good.

    Below the repository's root nobody may write, elsewhere the user's lines may not, but in the child's `own` folder.
    What a library does while it is itself imported is the library's: it is left out, and left to it. What is read of
    Airflow's `metadata` is seen where that is wanted: it takes Airflow's import.
    """

    root: Path
    own: Path
    metadata: bool = True
    refused: list[str] = field(default_factory=list)
    _seen: dict[tuple[Effect, Location | None], dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    _state: StateWatch = field(init=False)
    _guard: WriteGuard = field(init=False)
    _watching: bool = False
    _in_hook: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Hook in, before anything that refuses what is to be seen. A hook cannot be taken away: once in a child."""
        sys.addaudithook(self._audit)
        begin = threading.Thread.start  # Python raises an audit event for it from 3.12 on only

        def start(thread: threading.Thread) -> None:
            self._audit("thread", (thread.name,))
            begin(thread)

        threading.Thread.start = start  # type: ignore[method-assign,assignment]
        if self.metadata:
            tell_reads(lambda kind, name, _has_default: self._audit("metadata", (kind, name)))
        self._state = StateWatch(self.root)
        self._guard = WriteGuard(self.root, self.own, self._wanted_to_write)

    def start(self) -> None:
        """Watch from now on: another file, of which nothing is known yet."""
        self._seen.clear()
        self.refused.clear()
        self._state.forget()
        self._watching = self._guard.is_on = True

    def stop(self) -> tuple[EffectFacts, ...]:
        """What was seen, in order: of what one line did in one way, the first and how many more."""
        self._watching = False
        seen = (EffectFacts(effect, _first_of(effect, [*what]), at) for (effect, at), what in self._seen.items())
        changed = (EffectFacts(Effect.PROCESS_STATE, what, at) for what, at in self._state.changes())
        return (*seen, *changed)

    def allow_writes(self) -> None:
        """Let writes through from now on."""
        self._guard.is_on = False

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _TELLING or not self._watching or (here := threading.get_ident()) in self._in_hook:
            return
        self._in_hook.add(here)  # what we do here is not the user's
        try:
            location = users_line(sys._getframe(1), self.root)  # noqa: SLF001  the documented way to a frame
            for effect, what in _TELLING[event](arguments) if location else ():
                self._seen[effect, location][what] = None
        finally:
            self._in_hook.discard(here)

    def _wanted_to_write(self, what: str, location: Location | None) -> None:
        self._seen[Effect.FILE, location][what] = None
        self.refused.append(what)


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
