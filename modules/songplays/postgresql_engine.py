"""The warehouse on a PostgreSQL server."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import pandas as pd
import psycopg2
import psycopg2.extensions
import pyarrow as pa
from pyarrow import csv

from modules.songplays.database import Transaction

# Any number, as long as every loader takes the same: who holds it is the only one that writes.
LOCK = 7_205_759


class PostgresqlTransaction(Transaction):
    """By psycopg2."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, statement: str, parameters: Mapping[str, Any]) -> Any:
        """A cursor. Parameters are written `:name`."""
        cursor = self._connection.cursor()
        cursor.execute(re.sub(r":([a-z]\w*)", r"%(\1)s", statement), dict(parameters))
        return cursor

    def copy(self, name: str, table: pd.DataFrame) -> None:
        """Add rows to a table by COPY."""
        text = io.BytesIO()
        # A missing value is written as nothing and an empty text as "": COPY takes them for the same.
        csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), text, csv.WriteOptions(include_header=False))
        text.seek(0)
        with self._connection.cursor() as cursor:
            cursor.copy_expert(f"copy {name} ({', '.join(table.columns)}) from stdin (format csv)", text)


@contextmanager
def postgresql_transaction(address: str, writes: bool) -> Iterator[PostgresqlTransaction]:
    """Committed at the end, undone after an exception, or when this process is no more."""
    with closing(psycopg2.connect(address, application_name="songplays")) as connection, connection:
        transaction = PostgresqlTransaction(connection)
        if writes:
            transaction.execute(f"select pg_advisory_xact_lock({LOCK})", {})
        yield transaction


def address(connection: Any) -> str:
    """How libpq is to connect, from an Airflow connection; its extra may hold other words of libpq's (`sslmode`)."""
    options = {name: value for name, value in connection.extra_dejson.items() if isinstance(value, str | int)}
    given = {
        "host": connection.host,
        "port": connection.port,
        "user": connection.login,
        "password": connection.password,
        "dbname": connection.schema,
    }
    return psycopg2.extensions.make_dsn(**{name: value for name, value in given.items() if value}, **options)
