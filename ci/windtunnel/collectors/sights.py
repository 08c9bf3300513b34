"""What a reader sees of files that a save was about to write when it was struck: whole, as before, gone, or torn."""

from __future__ import annotations

import hashlib
import io
import sqlite3
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from windtunnel.collectors.forks import in_fork
from windtunnel.collectors.trees import Tree
from windtunnel.facts import Sight

_SQLITE = b"SQLite format 3\0"
_BESIDE_DATABASE = ("-journal", "-wal", "-shm", ".wal")
_WORST = (Sight.WHOLE, Sight.UNTOUCHED, Sight.UNSURE, Sight.GONE, Sight.TORN)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What one save does where nobody disturbs it: seen twice, for files may hold the time or a number of chance."""

    before: Tree
    after: Tree
    again: Tree

    @property
    def targets(self) -> list[str]:
        """The files that it writes; not those which a database keeps beside it."""
        both = set(self.after.changed(self.before)) & set(self.again.changed(self.before))
        return sorted(path for path in both if not is_beside_database(path))

    @property
    def sizes(self) -> list[int]:
        """Of the files that it writes, in bytes."""
        return [len(self.after.read(path) or b"") for path in self.targets]

    @property
    def is_database(self) -> bool:
        """Whether one of them is a database, which writes a journal too: more than the file comes to."""
        return any(_is_database(self.after.read(path) or b"") for path in self.targets)

    def is_there(self, now: Tree) -> bool:
        """Whether all that it writes lies there, and nothing else."""
        return not self.strays(now) and all(self._has(path, now) for path in self.targets)

    def _has(self, path: str, now: Tree) -> bool:
        sight, _ = sight_of(self, path, now)
        is_steady = self.after.read(path) == self.again.read(path)
        return sight is Sight.WHOLE or (sight is Sight.UNSURE and not is_steady)

    def strays(self, now: Tree) -> list[str]:
        """The files that lie there now and neither lay there before nor do so when nobody disturbs it."""
        known = self.before.files.keys() | self.after.files.keys() | self.again.files.keys()
        return sorted(path for path in now.files.keys() - known if not is_beside_database(path))


def is_beside_database(path: str) -> bool:
    """Whether it is what a database keeps beside its file while it is at work."""
    return path.endswith(_BESIDE_DATABASE)


def worst_of(save: Undisturbed, now: Tree, cut: int | None = None) -> tuple[Sight, str, str]:
    """The worst sight of a target, its path, and how it fares. `cut` is the size that no file could grow beyond."""
    seen = [(sight_of(save, path, now, cut), path) for path in save.targets]
    ranked = sorted(seen, key=lambda one: -_WORST.index(one[0][0]))
    if not ranked:
        return Sight.UNTOUCHED, "", ""
    (sight, detail), path = ranked[0]
    return sight, path, detail


def sight_of(save: Undisturbed, path: str, now: Tree, cut: int | None = None) -> tuple[Sight, str]:
    """What a reader sees of one file now, and how it fares."""
    old, seen = save.before.read(path), now.read(path)
    wholes = [content for tree in (save.after, save.again) if (content := tree.read(path)) is not None]
    if seen is None:
        return (Sight.GONE if old is not None else Sight.UNTOUCHED), ""
    if seen in wholes:
        return Sight.WHOLE, ""
    if seen == old and not any(_is_database(whole) for whole in wholes):
        return Sight.UNTOUCHED, ""
    if any(_is_database(whole) for whole in wholes):
        return _database(save, path, now)
    detail = f"{len(seen):,} of {len(wholes[0]):,} bytes"
    if _is_cut(seen, wholes, cut):
        return Sight.TORN, detail
    if all(_is_whole_zip(whole, wholes[0]) for whole in wholes):  # else nobody here can look into it
        return (Sight.WHOLE, "") if _is_whole_zip(seen, wholes[0]) else (Sight.TORN, detail)
    if all(whole[:2] == b"\x1f\x8b" for whole in wholes):
        return _gzip(seen, wholes, detail)
    return Sight.UNSURE, detail


def alike(path: str, one: Tree, other: Tree) -> bool:
    """Whether a file says the same in both: databases by their rows, zip files by what is in them."""
    here, there = one.read(path), other.read(path)
    if here == there:
        return True
    if here is None or there is None:
        return False
    if _is_database(here) and _is_database(there):
        rows = [_rows(path, tree, _kind(here)) for tree in (one, other)]
        return rows[0] == rows[1]
    return zipfile.is_zipfile(io.BytesIO(here)) and _is_whole_zip(there, here)


def _is_cut(seen: bytes, wholes: Sequence[bytes], cut: int | None) -> bool:
    """Whether it certainly ends too early: nothing of it, a beginning, or as much as the kernel has let through."""
    shortest, is_steady = min(map(len, wholes)), len({len(whole) for whole in wholes}) == 1
    is_beginning = is_steady and any(whole.startswith(seen) for whole in wholes)  # else a whole one may be one
    return len(seen) < shortest and (is_beginning or not seen or len(seen) == cut)


def _is_whole_zip(seen: bytes, whole: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(seen)) as file, zipfile.ZipFile(io.BytesIO(whole)) as model:
            return file.testzip() is None and file.namelist() == model.namelist()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        return False


def _gzip(seen: bytes, wholes: Sequence[bytes], detail: str) -> tuple[Sight, str]:
    try:
        text = zlib.decompress(seen, wbits=31)
    except zlib.error:
        return Sight.TORN, detail
    return (Sight.WHOLE, "") if text in [zlib.decompress(whole, wbits=31) for whole in wholes] else (Sight.UNSURE, "")


# Databases repair themselves when they are opened, so they are opened: by a process that may crash on them.


_Reader = Callable[[str], Iterator[str]]


def _kind(content: bytes) -> _Reader:
    return _duckdb if content[8:12] == b"DUCK" else _sqlite


def _is_database(content: bytes) -> bool:
    return content.startswith(_SQLITE) or content[8:12] == b"DUCK"


def _database(save: Undisturbed, path: str, now: Tree) -> tuple[Sight, str]:
    kind = _kind(save.after.read(path) or save.again.read(path) or b"")
    seen = _rows(path, now, kind)
    wholes = [_rows(path, tree, kind) for tree in (save.after, save.again)]
    old = _rows(path, save.before, kind)
    if "" in wholes:
        return Sight.UNSURE, "what it holds cannot be read here"
    if not seen:
        return Sight.TORN, "it cannot be opened"
    if seen in wholes:
        return Sight.WHOLE, ""
    if seen == old:
        return Sight.UNTOUCHED, ""
    if seen == _NOTHING:  # as it is before the first save
        return (Sight.GONE, "its rows are gone") if old else (Sight.UNTOUCHED, "")
    return Sight.TORN, "it holds neither the rows of before nor all of the new"


_NOTHING = "no rows"


def _rows(path: str, tree: Tree, kind: _Reader) -> str:
    """A digest of all rows as a reader sees them; "" where there is no database, or it cannot be opened."""
    content = tree.read(path)
    if content is None:
        return ""
    beside = {end: found for end in _BESIDE_DATABASE if (found := tree.read(path + end)) is not None}
    with tempfile.TemporaryDirectory() as folder:  # made here: the process may not live to remove it
        copy = Path(folder, "copy.db")
        copy.write_bytes(content)
        for end, found in beside.items():
            Path(f"{copy}{end}").write_bytes(found)
        return in_fork(lambda: _digest(kind(str(copy)))) or ""


def _digest(rows: Iterator[str]) -> str:
    lines = sorted(rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else _NOTHING


def _sqlite(path: str) -> Iterator[str]:
    with sqlite3.connect(path) as known:
        known.text_factory = bytes
        for (name,) in known.execute("select name from sqlite_master where type = 'table'").fetchall():
            quoted = '"' + name.decode(errors="replace").replace('"', '""') + '"'
            yield from (f"{quoted} {row!r}" for row in known.execute(f"select * from {quoted}"))  # noqa: S608


def _duckdb(path: str) -> Iterator[str]:
    duckdb = sys.modules.get("duckdb") or __import__("duckdb")
    with duckdb.connect(path) as known:
        for (name,) in known.execute("select table_name from duckdb_tables()").fetchall():
            quoted = '"' + name.replace('"', '""') + '"'
            rows = known.execute(f"select * from {quoted}").fetchall()  # noqa: S608
            yield from (f"{quoted} {row!r}" for row in rows)
