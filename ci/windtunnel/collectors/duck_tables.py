"""The rows of a DuckDB file, read in a process of its own: the library starts threads, and runs fork from here."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BESIDE = ".wal"
_MAGIC, _AT = b"DUCK", 8
_SECONDS = 20.0
_MOST_ROWS = 100_000
_READ = f"""
import json, sys
import duckdb
with duckdb.connect(sys.argv[1]) as known:
    wanted = "table_oid in (select table_oid from duckdb_tables() where not internal)"
    asked = f"select schema_name, table_name, column_name, column_default from duckdb_columns() where {{wanted}}"
    columns = {{}}
    for schema, table, name, default in known.execute(asked).fetchall():
        columns.setdefault((schema, table), []).extend([name] if "nextval" not in (default or "") else [])
    def quote(names, sign):
        return sign.join('"' + name.replace('"', '""') + '"' for name in names)
    for (schema, table), names in columns.items():
        quoted, place = quote(names, ", ") or "1", quote((schema, table), ".")
        rows = known.execute(f"select {{quoted}} from {{place}} limit {_MOST_ROWS}").fetchall()
        called = table if schema == "main" else schema + "." + table
        print(json.dumps([called, [list(map(repr, row)) for row in rows]]))
"""  # noqa: S608  all names are quoted


def announce(duckdb: Any) -> None:
    """Let each file that is opened to be written be told as Python tells of SQLite: the library says nothing."""
    original = duckdb.connect

    @functools.wraps(original)
    def connect(database: Any = ":memory:", read_only: bool = False, *more: Any, **options: Any) -> Any:
        if not read_only and isinstance(database, str | os.PathLike) and os.fspath(database):
            sys.audit("sqlite3.connect", os.fspath(database))
        return original(database, read_only, *more, **options)

    duckdb.connect = connect


def is_duck(content: bytes) -> bool:
    """Whether a file that begins so is DuckDB's, and can be read here."""
    return content[_AT : _AT + len(_MAGIC)] == _MAGIC and importlib.util.find_spec("duckdb") is not None


def tables_in(path: str) -> Iterator[tuple[str, Counter[tuple[str, ...]]]]:
    """Each table and its rows that are committed, without the numbers that sequences gave; nothing where none are read.

    It is read in a copy: to open it is to lock it, and to write down what an earlier process has left beside it.
    """
    with tempfile.TemporaryDirectory(prefix="duck-") as folder:
        copy = Path(folder, "copy.duckdb")
        try:
            shutil.copyfile(path, copy)
            if Path(path + BESIDE).is_file():
                shutil.copyfile(path + BESIDE, f"{copy}{BESIDE}")
            told = subprocess.run(
                [sys.executable, "-c", _READ, copy], capture_output=True, timeout=_SECONDS, text=True, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return
        for line in told.stdout.splitlines():
            name, rows = json.loads(line)
            yield name, Counter(map(tuple, rows))
