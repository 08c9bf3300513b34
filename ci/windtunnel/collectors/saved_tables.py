"""How many rows a table of a SQLite file has, that a saver of Hamilton's has written: as everybody else sees it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

from windtunnel.collectors.executions import Saved

_CONNECTIONS = ("db_connection", "connection")
_OWN_SCHEMA = (None, "main")


def table_of(saved: Saved) -> tuple[str, str] | None:
    """The SQLite file of this machine, and its table, that a saver has written to; None where it is nothing such."""
    name = saved.options.get("table_name")
    given = next((saved.options[known] for known in _CONNECTIONS if known in saved.options), None)
    if not isinstance(name, str) or given is None or saved.options.get("schema") not in _OWN_SCHEMA:
        return None
    path = _path_of(given)
    return (os.path.realpath(saved.cwd / path), name) if path else None


def rows_in(path: str, table: str) -> int | None:
    """The rows that are committed; None where there is no such table, or somebody is at work on it."""
    quoted = '"' + table.replace('"', '""') + '"'
    if not Path(path).is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=0)) as known:
            ((count,),) = known.execute(f"select count(*) from {quoted}").fetchall()  # noqa: S608  it is quoted
            return int(count)
    except sqlite3.Error:
        return None


def _path_of(given: Any) -> str:
    """The file behind a connection, an engine, or a URL of SQLAlchemy's; "" in memory, and of other databases."""
    if isinstance(given, sqlite3.Connection):
        return _path_behind(given)
    if isinstance(given, str):
        kind, _, path = given.partition(":///")
        path = path.partition("?")[0] if kind.partition("+")[0] == "sqlite" else ""
    else:
        url = getattr(getattr(given, "engine", None), "url", None)
        is_sqlite = str(getattr(url, "drivername", "")).partition("+")[0] == "sqlite"
        path = (getattr(url, "database", None) or "") if is_sqlite else ""
    return "" if path.startswith((":memory:", "file:")) else path


def _path_behind(known: sqlite3.Connection) -> str:
    try:
        cursor = known.cursor()
        cursor.row_factory = None
        found = cursor.execute("pragma database_list").fetchall()
    except sqlite3.Error:  # it is closed, or belongs to another thread
        return ""
    return next((row[2] for row in found if row[1] == "main"), "")
