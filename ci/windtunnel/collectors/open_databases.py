"""What a task has written into SQLite databases of this machine and has never committed."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.file_uses import CHANCE
from windtunnel.collectors.meant import Place, may_be_meant
from windtunnel.facts import UncommittedFacts
from windtunnel.findings import Location

_FACTORY_AT = 5  # the place of `factory` among the arguments of sqlite3.connect
_MOST_LOOKS = 20  # of one attempt: each may read two tables
_MOST_ROWS = 10_000  # of a table that is compared row by row where the number of rows is the same
_connect = sqlite3.connect

Tables = dict[str, tuple[int, Counter[tuple[Any, ...]] | None]]
"""How many rows each table has, and which, where they are few."""


class _View(NamedTuple):
    """What a connection sees of its file, and the tables that it has asked for since it wrote: it may need no more."""

    path: str
    tables: Tables
    asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Loss:
    path: str
    tables: Mapping[str, int]
    stack: Sequence[Place]
    how: str


@dataclass(slots=True)
class _Attempt:
    """What was seen since a task began: the connections that it has opened, and those that it gave up with rows."""

    opened: weakref.WeakSet[Any] = field(default_factory=weakref.WeakSet)
    losses: list[_Loss] = field(default_factory=list)
    looks: int = 0


class OpenDatabases:
    """From `begin` on, the connections that lines of the user's open by sqlite3.connect, whoever stands between.

    `on_commit` is called before each commit of something that was written.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._attempt: _Attempt | None = None
        self.on_commit: Callable[[], None] | None = None
        self._kind = _watched(self)
        sqlite3.connect = sqlite3.dbapi2.connect = self._opens

    def begin(self) -> None:
        """The code of a task is about to run."""
        self._attempt = _Attempt()

    def taken(self, dag_id: str, task_id: str, map_index: int) -> tuple[UncommittedFacts, ...]:
        """What is lost with this process, or was lost before, where nobody can have meant it."""
        attempt, self._attempt = self._attempt, None
        if attempt is None:
            return ()
        losses = [*attempt.losses, *(loss for known in attempt.opened for loss in _left_open(known))]
        told: dict[tuple[str, str, Location], UncommittedFacts] = {}
        for loss in losses:
            if Path(loss.path).is_file():  # else it was a scratch file
                inner, location = (
                    Location(relative(loss.stack[at][0], self._root), loss.stack[at][1]) for at in (0, -1)
                )
                for table, rows in loss.tables.items():
                    fact = UncommittedFacts(
                        *(dag_id, task_id, map_index, loss.path, table, rows, location, loss.how),
                        inner=None if inner == location else inner,
                    )
                    told.setdefault((loss.path, table, location), fact)
        return tuple(told.values())

    def _opens(self, *arguments: Any, **options: Any) -> Any:
        if self._attempt is None or "factory" in options or len(arguments) > _FACTORY_AT:
            return _connect(*arguments, **options)
        stack = self._users_stack(sys._getframe(1))  # noqa: SLF001  the documented way to a frame
        if not stack:
            return _connect(*arguments, **options)
        known = _connect(*arguments, **options, factory=self._kind)
        known.opened_by = stack
        self._attempt.opened.add(known)
        return known

    def _users_stack(self, frame: FrameType | None) -> tuple[Place, ...]:
        """The user's lines at work, the innermost first."""
        found = []
        while frame is not None:
            if is_users(frame.f_code.co_filename, self._root):
                found.append((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        return tuple(found)

    def about_to_lose(self, known: Any, frame: FrameType | None) -> tuple[_View, Sequence[Place]] | None:
        """What a connection that is given up has written and not committed, and the user's line."""
        attempt = self._attempt
        if attempt is None or sys.exc_info()[0] is not None or not _has_written(known) or attempt.looks >= _MOST_LOOKS:
            return None
        here = () if frame is None else self._users_stack(frame)
        if may_be_meant(here) or may_be_meant(known.opened_by):
            return None
        attempt.looks += 1
        view = _view_of(known)
        return None if view is None else (view, here or known.opened_by)

    def about_to_commit(self, known: Any) -> None:
        """One of the connections commits."""
        if self._attempt is not None and self.on_commit is not None and _has_written(known):
            self.on_commit()

    def lost(self, before: tuple[_View, Sequence[Place]] | None, how: str) -> None:
        """Compare it with what is there, now that the connection is given up."""
        if before is not None and self._attempt is not None and (found := _missing(before[0])):
            self._attempt.losses.append(_Loss(before[0].path, found, before[1], how))


def _watched(watch: OpenDatabases) -> Any:
    class Connection(sqlite3.Connection):
        opened_by: tuple[Place, ...] = ()
        is_leaving = False

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.questions = _Questions(self)

        def commit(self) -> None:
            if not self.is_leaving:  # else it was said before
                watch.about_to_commit(self)
            super().commit()

        def __exit__(self, *raised: object) -> Any:
            if raised[0] is None:
                watch.about_to_commit(self)
            self.is_leaving = True
            try:
                return super().__exit__(*raised)  # type: ignore[arg-type]
            finally:
                self.is_leaving = False

        def close(self) -> None:
            before = watch.about_to_lose(self, sys._getframe(1))  # noqa: SLF001
            super().close()
            watch.lost(before, "closes its connection")

        def rollback(self) -> None:
            frame = sys._getframe(1)  # noqa: SLF001
            before = watch.about_to_lose(self, frame) if _is_by_the_way(frame) else None
            super().rollback()
            watch.lost(before, "closes its connection")

        def __del__(self) -> None:
            # Its statements hold it in a cycle: it goes whenever cycles are looked for, in the middle of anything.
            with contextlib.suppress(sqlite3.Error):
                before = watch.about_to_lose(self, None)
                super().close()
                watch.lost(before, "drops its connection")

    return Connection


class _Questions:
    """The tables that a connection is asked for after it has written. It is held weakly: it goes when it would go."""

    def __init__(self, known: sqlite3.Connection) -> None:
        self.tables: set[str] = set()
        self._known = weakref.ref(known)
        self._asking = False
        known.set_authorizer(self._about_to)

    def _about_to(self, deed: int, table: str | None, *_: object) -> int:
        """Told of what each new statement will do. To select rows to write them elsewhere is to ask for them too."""
        if deed in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE):
            self._asking = False
        elif deed == sqlite3.SQLITE_SELECT:
            known = self._known()  # None while it is being collected
            self._asking = known is not None and _has_written(known)
        elif deed == sqlite3.SQLITE_READ and self._asking and table:
            self.tables.add(table)
        return sqlite3.SQLITE_OK


def _is_by_the_way(frame: FrameType | None) -> bool:
    """Whether SQLAlchemy rolls back because it closes something, and nobody has said "rollback"."""
    names = []
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == "sqlalchemy":
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return bool(names) and "rollback" not in names


def _has_written(known: Any) -> bool:
    """Whether it may have: a transaction that has only read is open too."""
    with contextlib.suppress(sqlite3.Error):
        return bool(known.in_transaction and known.total_changes)
    return False


def _left_open(known: Any) -> Iterator[_Loss]:
    view = _view_of(known) if _has_written(known) and not may_be_meant(known.opened_by) else None
    if view is not None and (found := _missing(view)):
        yield _Loss(view.path, found, known.opened_by, "ends with its connection open")


def _view_of(known: Any) -> _View | None:
    """The file of a connection, and its tables as it sees them; None in memory, and where this thread may not ask."""
    asked = frozenset(known.questions.tables)
    try:
        factory, known.row_factory = known.row_factory, None
        try:
            path = next((row[2] for row in known.execute("pragma database_list") if row[1] == "main"), "")
            if not path or any(CHANCE.match(part) for part in Path(path).parts):
                return None
            return _View(os.path.realpath(path), dict(_tables(known)), asked)
        finally:
            known.row_factory = factory
    except sqlite3.Error:
        return None


def _committed(path: str) -> Tables | None:
    """The tables as everybody else sees them; None where they cannot be read now."""
    if not Path(path).is_file():  # to connect would make it
        return None
    try:
        with contextlib.closing(_connect(path, timeout=0)) as other:
            return dict(_tables(other))
    except sqlite3.Error:
        return None


def _tables(known: Any) -> Iterator[tuple[str, tuple[int, Counter[tuple[Any, ...]] | None]]]:
    names = known.execute("select name from main.sqlite_master where type = 'table' and name not like 'sqlite_%'")
    for (name,) in names.fetchall():
        quoted = 'main."' + str(name).replace('"', '""') + '"'
        ((count,),) = known.execute(f"select count(*) from {quoted}").fetchall()  # noqa: S608  it is quoted
        rows = None
        if count <= _MOST_ROWS:
            rows = Counter(_printed(known.execute(f"select * from {quoted}")))  # noqa: S608
        yield str(name), (count, rows)


def _printed(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, ...]]:
    return (tuple(map(repr, row)) for row in rows)


def _missing(view: _View) -> dict[str, int]:
    """The rows of each table that nobody else sees; 0 where rows are only gone, or others."""
    everybodys = _committed(view.path)
    if everybodys is None:
        return {}
    found = {}
    for name, (count, rows) in view.tables.items():
        if name in view.asked:
            continue
        there, known = everybodys.get(name, (0, Counter[tuple[Any, ...]]()))
        if rows is None or known is None:
            if count > there:
                found[name] = count - there
        elif rows != known:
            found[name] = (rows - known).total()
    return found
