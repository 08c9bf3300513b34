"""What runs leave behind: the files of folders, row by row where they have rows, compared from run to run."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import Any

from windtunnel.collectors.duck_tables import BESIDE, is_duck, tables_in
from windtunnel.facts import Content, OutputFacts

Row = tuple[str, ...]
_MOST_FILES = 2000
_MOST_BYTES = 4 << 20  # of one file; a larger one counts as bytes
_MOST_ROWS = 100_000
_SQLITE = b"SQLite format 3\0"
_BESIDE_SQLITE = ("-journal", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Output:
    """One file, or one table of a database, as it is now: `stamp` changes whenever somebody writes the file."""

    content: Content
    stamp: tuple[int, ...]
    rows: Counter[Row] = field(default_factory=Counter)


Snapshot = Mapping[tuple[str, str], Output]
"""By the path of the file and the name of the table, "" for a file that has none."""


def snapshot(folders: Iterable[Path], files: Iterable[str]) -> Snapshot:
    """All files in the folders, and those files beside."""
    found = dict.fromkeys([*files, *(path for folder in folders for path in _files_in(folder))])
    return {(path, table): output for path in found for table, output in _read(path)}


def _files_in(folder: Path) -> Iterator[str]:
    count = 0
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                return
            yield os.path.realpath(os.path.join(place, name))  # noqa: PTH118  thousands of times


def _read(path: str) -> Iterator[tuple[str, Output]]:
    """The outputs in a file; none where there is no file, or one that nobody may read."""
    try:
        seen = Path(path).stat()
        if not S_ISREG(seen.st_mode) or _is_beside(path):  # a pipe would hold us up
            return
        stamp = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
        content = Path(path).read_bytes() if seen.st_size <= _MOST_BYTES else b""
    except OSError:
        return
    if content.startswith(_SQLITE):
        yield from _tables(path, stamp)
        return
    if is_duck(content):
        tables = {table: Output(Content.TABLE, (*stamp, *_stamp_beside(path)), rows) for table, rows in tables_in(path)}
        yield from tables.items() if tables else [("", Output(Content.BYTES, stamp))]
        return
    kind, rows = _rows(Path(path).suffix.lower(), content)
    yield "", Output(kind, stamp, Counter(rows))


def _is_beside(path: str) -> bool:
    """Whether it belongs to a database that lies beside it."""
    return path.endswith(_BESIDE_SQLITE) or (path.endswith(BESIDE) and Path(path.removesuffix(BESIDE)).is_file())


def _stamp_beside(path: str) -> tuple[int, ...]:
    """Of what DuckDB has written and not yet put into its file."""
    try:
        seen = Path(path + BESIDE).stat()
    except OSError:
        return ()
    return seen.st_mtime_ns, seen.st_size


def _tables(path: str, stamp: tuple[int, ...]) -> Iterator[tuple[str, Output]]:
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1.0) as known:
            known.text_factory = bytes
            names = known.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
            for (name,) in names.fetchall():
                table = name.decode(errors="replace")
                yield table, Output(Content.TABLE, stamp, _rows_of(known, table))
    except sqlite3.Error:
        yield "", Output(Content.BYTES, stamp)


def _rows_of(known: Any, table: str) -> Counter[Row]:
    """The rows without the number that SQLite itself gives them."""
    quoted = '"' + table.replace('"', '""') + '"'
    columns = known.execute(f"pragma table_info({quoted})").fetchall()
    numbered = {at for at, column in enumerate(columns) if column[5] == 1 and bytes(column[2]).upper() == b"INTEGER"}
    rows = known.execute(f"select * from {quoted} limit {_MOST_ROWS}")  # noqa: S608  it is quoted
    return Counter(tuple(repr(value) for at, value in enumerate(row) if at not in numbered) for row in rows)


def _rows(suffix: str, content: bytes) -> tuple[Content, list[Row]]:
    try:
        text = content.decode("utf-8")
        if text and (read := _READERS.get(suffix)):
            return Content.RECORDS, [row for row in read(text) if any(row)]
    except (ValueError, csv.Error, RecursionError):
        return Content.BYTES, []
    if not text or "\0" in text:
        return Content.BYTES, []
    return Content.LINES, [(line,) for line in text.splitlines() if line.strip()]


def _separated(delimiter: str) -> Callable[[str], Iterable[Row]]:
    return lambda text: map(tuple, csv.reader(io.StringIO(text), delimiter=delimiter))


def _json_lines(text: str) -> Iterator[Row]:
    return (_record(json.loads(line)) for line in text.splitlines() if line.strip())


def _json(text: str) -> Iterator[Row]:
    value = json.loads(text)
    return map(_record, value if isinstance(value, list) else [value])


def _record(value: Any) -> Row:
    fields = [value[name] for name in sorted(value)] if isinstance(value, dict) else [value]
    return tuple(json.dumps(field, sort_keys=True) for field in fields)


_READERS = {
    ".csv": _separated(","),
    ".tsv": _separated("\t"),
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
}


def changes(
    before: Snapshot, after: Snapshot, earlier: Mapping[tuple[str, str], Counter[Row]]
) -> Iterator[OutputFacts]:
    """What was done to each output between two snapshots; `earlier` are the rows that the run before had added."""
    for (path, table), now in sorted(after.items()):
        then = before.get((path, table))
        if then is not None and then.stamp == now.stamp:
            continue
        added, removed = added_rows(then, now), (then.rows - now.rows if then else Counter[Row]())
        known = earlier.get((path, table), Counter[Row]())
        yield OutputFacts(
            path=path,
            content=now.content,
            table=table,
            new=then is None,
            added=added.total(),
            removed=removed.total(),
            repeated=(added & known).total(),
            alike=_alike(added, known),
            twice=sum(number - 1 for number in added.values()),
            even=bool(added) and all(number % 2 == 0 for number in added.values()),
        )


def added_rows(then: Output | None, now: Output) -> Counter[Row]:
    """The rows that were not there before."""
    return now.rows - then.rows if then else now.rows


def _alike(added: Counter[Row], known: Counter[Row]) -> int:
    """How many rows are the same again, but for columns in which no value was known."""
    widths = {len(row) for row in (*added, *known)}
    if not added or not known or len(widths) != 1:
        return 0
    kept = [at for at in range(widths.pop()) if {row[at] for row in added} & {row[at] for row in known}]
    if not kept:
        return 0
    return (_of_columns(added, kept) & _of_columns(known, kept)).total()


def _of_columns(rows: Counter[Row], kept: list[int]) -> Counter[Row]:
    some: Counter[Row] = Counter()
    for row, number in rows.items():
        some[tuple(row[at] for at in kept)] += number
    return some
