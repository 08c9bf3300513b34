"""The warehouse in an SQLite file."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from modules.songplays.database import Transaction

PATIENCE = 300.0  # seconds to wait for another writer
PAGES_IN_MEMORY = 128 * 1024  # KiB: a large day must not go to the disk before it is complete
# `strict` tables hold values of these types only; a time is a text, which sorts as times do.
TYPES = {"bigint": "int", "double precision": "real", "timestamp": "text"}


class SqliteTransaction(Transaction):
    """By the standard library."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, parameters: Mapping[str, Any]) -> sqlite3.Cursor:
        """A cursor. Parameters are written `:name`."""
        if statement.startswith("create table if not exists"):  # those of schema.sql
            statement = in_words_of_sqlite(statement)
        return self._connection.execute(statement, parameters)

    def copy(self, name: str, table: pd.DataFrame) -> None:
        """Add rows to a table: one prepared statement, no look-up of an index, no commit between them."""
        places = ", ".join("?" * table.shape[1])
        rows = zip(*(_values(table[column]) for column in table.columns), strict=True)
        self._connection.executemany(f"insert into {name} values ({places})", rows)  # noqa: S608  names of our own


def in_words_of_sqlite(statement: str) -> str:
    """The same table with SQLite's names of the types, and with these enforced. Without rowid: with it, SQLite would
    make up a key that is null.
    """
    for name, type_ in TYPES.items():
        statement = re.sub(rf"\b{name}\b", type_, statement)
    return f"{statement} strict, without rowid"


@contextmanager
def sqlite_transaction(path: str, writes: bool) -> Iterator[SqliteTransaction]:
    """Committed at the end, undone after an exception."""
    if writes:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # isolation_level None: the transaction begins where it is begun here, and nowhere else.
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as connection:
        connection.execute("pragma foreign_keys = on")
        connection.execute(f"pragma cache_size = -{PAGES_IN_MEMORY}")
        connection.execute("pragma temp_store = memory")
        connection.execute("begin immediate" if writes else "begin")
        try:
            yield SqliteTransaction(connection)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


def _values(column: pd.Series) -> list[Any]:
    """Plain values, None where one is missing."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return np.datetime_as_string(column.to_numpy("datetime64[ms]"), unit="ms").tolist()
    return column.astype(object).where(column.notna(), None).tolist()
