"""The warehouse: an SQLite file, or a PostgreSQL server. Both are given the same SQL, from the files in `sql/`.

SQLite, because a load is a short transaction of one writer, while several processes (tasks, analysts) look at the same
file: DuckDB lets no other process in while one has it open for writing. Besides, SQLite comes with Python, and undoes
the work of a writer that was killed at any point; DuckDB can't open a new file again whose first bytes were cut short
(ci/bench/RESULTS.md). For more than one machine, or more than one writer, there is PostgreSQL.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

SQL = Path(__file__).parent / "sql"


class Transaction(ABC):
    """What can be asked of the warehouse. All of it happens, or none."""

    def run(self, name: str, **parameters: Any) -> None:
        """Run the statements of `sql/<name>.sql`."""
        for statement in statements(name):
            self.execute(statement, parameters)

    def rows(self, query: str, **parameters: Any) -> pd.DataFrame:
        """The rows that a query answers. A time is text in SQLite, as ISO 8601 writes it."""
        cursor = self.execute(query, parameters)
        return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])

    def answer(self, name: str, **parameters: Any) -> pd.DataFrame:
        """The rows that the query in `sql/<name>.sql` answers."""
        (query,) = statements(name)
        return self.rows(query, **parameters)

    def load(self, name: str, like: str, table: pd.DataFrame) -> None:
        """Put rows into a temporary table that has columns like another one, by the fastest way that there is."""
        columns = ", ".join(table.columns)
        # Names of our own code.
        self.execute(f"create temporary table {name} as select {columns} from {like} where 1 = 0", {})  # noqa: S608
        self.copy(name, table)

    @abstractmethod
    def execute(self, statement: str, parameters: Mapping[str, Any]) -> Any:
        """A cursor. Parameters are written `:name`."""

    @abstractmethod
    def copy(self, name: str, table: pd.DataFrame) -> None:
        """Add rows to a table of the same columns."""


@dataclass(frozen=True)
class Warehouse:
    """Where the warehouse is. `address` is the path of an SQLite file, or how libpq is to connect, secrets included."""

    engine: str
    address: str = field(repr=False)

    @contextmanager
    def transaction(self, *, writes: bool = False) -> Iterator[Transaction]:
        """Committed at the end, undone after an exception. Who `writes` waits for others who do."""
        if self.engine == "sqlite":
            from modules.songplays.sqlite_engine import sqlite_transaction as transaction
        else:
            from modules.songplays.postgresql_engine import postgresql_transaction as transaction
        with transaction(self.address, writes) as opened:
            yield opened


def warehouse_of(connection: Any, default_file: Path) -> Warehouse:
    """What an Airflow connection leads to (of type `sqlite`, whose host is the path, or `postgres`); without one,
    an SQLite file.
    """
    if connection is None:
        return Warehouse("sqlite", str(default_file))
    if connection.conn_type == "sqlite":
        return Warehouse("sqlite", connection.host or connection.schema)
    if connection.conn_type in ("postgres", "postgresql"):
        from modules.songplays.postgresql_engine import address

        return Warehouse("postgresql", address(connection))
    raise ValueError(
        f"the connection {connection.conn_id!r} is of type {connection.conn_type!r}: a warehouse is sqlite or postgres"
    )


def day_bounds(day: str) -> tuple[str, str]:
    """The first moment of a day and the first after it, as times are written in both databases."""
    first = date.fromisoformat(day)
    return moment(first), moment(first + timedelta(days=1))


def moment(day: date) -> str:
    """The start of a day, as times are written in both databases."""
    return f"{day.isoformat()}T00:00:00.000"


@cache
def statements(name: str) -> tuple[str, ...]:
    """The statements of a file in `sql/`, without comments."""
    text = re.sub(r"--.*", "", (SQL / f"{name}.sql").read_text(encoding="utf-8"))
    return tuple(statement.strip() for statement in text.split(";") if statement.strip())
