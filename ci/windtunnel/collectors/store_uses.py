"""Which objects of stores a task writes and reads through fsspec, as ObjectStoragePath and pandas do too."""

from __future__ import annotations

import hashlib
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, Protocol

from windtunnel.collectors.effects import Effects
from windtunnel.collectors.file_frames import through
from windtunnel.collectors.recorder import when_imported
from windtunnel.collectors.saved_objects import undisturbed
from windtunnel.collectors.writes import lines_at_work
from windtunnel.facts import FileUseFacts

_NOT_SHARED = ("file", "local", "memory")
_BEFORE_OTHERS = ("dir", "simplecache", "filecache", "blockcache", "cached", "asyncwrapper", "reference")
_MOST = 20  # objects of each kind, of one attempt: what lies there is asked of the store
_MOST_BYTES = 1 << 16  # of an object that is compared; a larger one is told by its beginning and its size
_DATES_WITHIN = 1 << 18  # bytes
_DATE = re.compile(rb"\d{4}([-/_]?)\d\d\1\d\d(?!\d)")
_ADDRESSES = ("endpoint_url", "host", "account_url", "account_name")
_FIRST_NAMES = {"s3a": "s3", "gcs": "gs", "az": "abfs", "abfss": "abfs"}
_READS = {"cat_file": 0, "cat": 0, "get_file": 0, "get": 0, "cp_file": 0, "copy": 0}
_WRITES = {"pipe_file": 0, "pipe": 0, "put_file": 1, "put": 1, "cp_file": 1, "copy": 1}
"""Which argument of a method is the path that it reads, or writes: all that do not go through `open`."""


class _Object(NamedTuple):
    system: Any
    path: str


class _Deed(NamedTuple):
    """What one call is about to do: the paths that it reads and writes."""

    system: Any
    read: Sequence[str] = ()
    written: Sequence[str] = ()
    replaces: bool = True


class Announce(Protocol):
    """Who is told of each object before it is opened."""

    def __call__(self, url: str, *, writes: bool) -> None:
        """It is about to be opened."""


class StoreUses:
    """What the task at work has written and read; `task` tells its task_id, "" where nothing is to be noted, and index.

    What lies in the memory of a process, or on this machine, is for others to note. `announce` is called before each
    object that is opened and was not before. Where it `minds_dates`, those in what is read are noted too.
    """

    def __init__(self, root: Path, effects: Effects, task: Callable[[], tuple[str, int]], announce: Announce) -> None:
        self._root, self._effects, self._task, self._announce = root, effects, task, announce
        self._seen: dict[tuple[str, bool], FileUseFacts] = {}
        self._objects: dict[str, _Object] = {}
        self._here = threading.local()
        self.minds_dates = False
        when_imported("fsspec.spec", self._watch_opening)
        when_imported("fsspec.asyn", self._watch_the_rest)

    def begin(self) -> None:
        """The code of a task is about to run."""
        self._seen, self._objects = {}, {}

    def taken(self) -> Iterator[FileUseFacts]:
        """What was seen since, and what lies there now, as far as the stores let this process ask."""
        if self._seen:
            self._here.is_ours = True  # what we ask for is not the task's
            with undisturbed(self._effects):
                yield from [self._as_left(use) for use in self._seen.values()]
            self._here.is_ours = False

    def _as_left(self, use: FileUseFacts) -> FileUseFacts:
        if self._effects.refused:  # to ask again would only take its time
            return use
        known = self._objects[use.path]
        if use.writes:
            content = _print_of(known)
            return replace(use, content=content if use.replaces else "", left=bool(content) or _is_there(known))
        return replace(use, dates=_dates_in(known)) if self.minds_dates else use

    def _watch_opening(self, spec: Any) -> None:
        original, watch = spec.AbstractFileSystem.open, self

        @wraps(original)
        def opens(self: Any, path: Any, mode: str = "rb", *arguments: Any, **options: Any) -> Any:
            def work() -> Any:
                return original(self, path, mode, *arguments, **options)

            if "b" not in mode or not watch._listens_to(self):  # as text, it opens itself as bytes
                return work()
            deed = _Deed(self, [path]) if mode == "rb" else _Deed(self, (), [path], mode[0] in "wx")
            return watch._done(deed, work)

        spec.AbstractFileSystem.open = opens

    def _watch_the_rest(self, asyn: Any) -> None:
        """Asynchronous systems give each of their objects its plain methods when they make it."""
        original = asyn.mirror_sync_methods

        @wraps(original)
        def mirror(system: Any) -> None:
            original(system)
            for name in _READS.keys() | _WRITES.keys():
                if work := vars(system).get(name):
                    setattr(system, name, self._watched(system, name, work))

        asyn.mirror_sync_methods = mirror

    def _watched(self, system: Any, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def path_in(table: dict[str, int], arguments: Sequence[Any]) -> list[str]:
            at = table.get(name, len(arguments))
            return [path for path in arguments[at : at + 1] if isinstance(path, str)]

        @wraps(work)
        def works(*arguments: Any, **options: Any) -> Any:
            if not self._listens_to(system):
                return work(*arguments, **options)
            deed = _Deed(system, path_in(_READS, arguments), path_in(_WRITES, arguments))
            return self._done(deed, lambda: work(*arguments, **options))

        return works

    def _listens_to(self, system: Any) -> bool:
        """Whether it is a store that others share, and the call is the task's own; those before others pass it on."""
        if not self._task()[0] or getattr(self._here, "is_ours", False):
            return False
        return not {*_NOT_SHARED, *_BEFORE_OTHERS}.intersection(_protocols(system))

    def _done(self, deed: _Deed, work: Callable[[], Any]) -> Any:
        frame, at = sys._getframe(2), time.monotonic()  # noqa: SLF001  the documented way to a frame
        written = [_url(deed.system, path) for path in deed.written]
        read = [_url(deed.system, path) for path in deed.read]
        for url, writes in (*((url, False) for url in read), *((url, True) for url in written)):
            if (url, writes) not in self._seen:
                self._announce(url, writes=writes)
        self._here.is_ours = True
        try:
            done = work()
        finally:
            self._here.is_ours = False
        for path in (*deed.read, *deed.written):
            self._note(_Object(deed.system, path), at, frame, replaces=deed.replaces, writes=path in deed.written)
        return done

    def _note(self, known: _Object, at: float, frame: FrameType, *, writes: bool, replaces: bool) -> None:
        url = _url(known.system, known.path)
        if use := self._seen.get((url, writes)):
            self._seen[url, writes] = replace(use, times=use.times + (writes and replaces))
            return
        lines = lines_at_work(frame, self._root)
        if lines is None or sum(use.writes == writes for use in self._seen.values()) >= _MOST:
            return
        task_id, map_index = self._task()
        self._objects[url] = known
        self._seen[url, writes] = FileUseFacts(
            *(task_id, url, lines[0], writes),
            whole=writes and replaces,
            map_index=map_index,
            at=at,
            replaces=writes and replaces,
            times=int(writes and replaces),
            through=tuple(through(frame, self._root)),
            inner=lines[1],
        )


def shared_url(url: str) -> str:
    """A URL as it is noted here, whichever name of its kind of store it begins with; "" where no store is meant."""
    protocol, sign, path = url.partition("://")
    if not sign or "::" in url or protocol in (*_NOT_SHARED, *_BEFORE_OTHERS, "http", "https"):
        return ""
    return f"{_FIRST_NAMES.get(protocol, protocol)}://{path}"


def _protocols(system: Any) -> tuple[str, ...]:
    known = getattr(system, "protocol", "")
    return (known,) if isinstance(known, str) else tuple(known)


def _url(system: Any, path: str) -> str:
    """The same for the same object, however it is named; with the address of its store, where the task gives that."""
    options = getattr(system, "storage_options", {})
    given = {**options, **(options.get("client_kwargs") or {})}
    address = next((str(given[name]) for name in _ADDRESSES if given.get(name)), "")
    url = f"{_protocols(system)[0]}://{str(system._strip_protocol(path)).lstrip('/')}"  # noqa: SLF001  fsspec's own word
    return f"{url} at {address}" if address else url


def _print_of(known: _Object) -> str:
    """What stands for the content of an object; "" for one that is empty, not there, or cannot be read now."""
    try:
        content = known.system.cat_file(known.path, start=0, end=_MOST_BYTES)
        size = known.system.info(known.path)["size"] if len(content) == _MOST_BYTES else len(content)
    except Exception:  # whatever the store's library raises
        return ""
    return f"{size} {hashlib.blake2b(content, digest_size=16).hexdigest()}" if content else ""


def _is_there(known: _Object) -> bool:
    try:
        return bool(known.system.exists(known.path))
    except Exception:  # whatever the store's library raises
        return False


def _dates_in(known: _Object) -> str:
    try:
        content = known.system.cat_file(known.path, start=0, end=_DATES_WITHIN)
    except Exception:  # whatever the store's library raises
        return ""
    return " ".join(dict.fromkeys(found[0].decode() for found in _DATE.finditer(content)))[:_MOST_BYTES]
