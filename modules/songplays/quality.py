"""What must be true of the warehouse after a load; a run that finds it is not fails, and names the rows.

Ask the driver for `saved_quality` and `passed`. The checks do not trust the keys and constraints of the tables: those
are lost when a table is restored or altered, and nobody notices.
"""

from typing import Any

import pandas as pd
from hamilton.function_modifiers import dataloader, load_from, source

from modules.atomic_savers import save_atomically
from modules.songplays import TABLES
from modules.songplays.database import Warehouse, day_bounds

MOST_ROWS = 20  # that are named of one table by one check; the others are counted

# Table -> its key, and the columns that may not be null beside it.
KEYS = {
    "songplays": ("songplay_id", ("start_time", "user_id", "level", "session_id")),
    "users": ("user_id", ("level",)),
    "songs": ("song_id", ("title", "artist_id")),
    "artists": ("artist_id", ("name",)),
    "time": ("start_time", ("hour", "day", "week", "month", "year", "weekday")),
}
# What names a row in logs and mails: nobody's name, place or device.
SHOWN = {
    "songplays": "songplay_id, start_time, user_id, level, song_id, artist_id, session_id",
    "users": "user_id, level",
    "songs": "song_id, title, artist_id",
    "artists": "artist_id, name",
    "time": "start_time, hour, day, week, month, year, weekday",
}
# Column of a table -> the table that it refers to, by its key.
REFERENCES = (
    ("songplays", "start_time", "time"),
    ("songplays", "user_id", "users"),
    ("songplays", "song_id", "songs"),
    ("songplays", "artist_id", "artists"),
    ("songs", "artist_id", "artists"),
)


class QualityError(ValueError):
    """The warehouse is not as it must be. To try again does not help."""


@load_from.json(path=source("counts_location"))
def counts(staged_counts: dict[str, Any]) -> dict[str, Any]:
    """What became of the lines of the log."""
    return staged_counts


@dataloader()
def row_counts(warehouse: Warehouse, day: str) -> tuple[dict[str, int], dict]:
    """How many rows each table has, and how many facts the day has."""
    start, end = day_bounds(day)
    of_day = "select count(*) from songplays where start_time >= :start and start_time < :end"
    with warehouse.transaction() as transaction:
        counted = {table: _number(transaction.rows(f"select count(*) from {table}")) for table in TABLES}  # noqa: S608
        counted["songplays of the day"] = _number(transaction.rows(of_day, start=start, end=end))
    return counted, {"start": start, "end": end}


def empty_tables(row_counts: dict[str, int]) -> list[str]:
    """Tables without a row."""
    return [f"{table} is empty" for table in TABLES if row_counts[table] == 0]


def wrong_counts(row_counts: dict[str, int], counts: dict[str, Any]) -> list[str]:
    """Numbers of rows that do not agree with the input: plays that were lost, lines that nobody accounts for."""
    found, lines = row_counts["songplays of the day"], counts["events"] + sum(counts["left out"].values())
    wrong = []
    if found != counts["plays"]:
        wrong.append(f"songplays has {found} rows of {counts['day']}, its log has {counts['plays']} plays")
    if lines != counts["lines"]:
        wrong.append(f"{lines} of {counts['lines']} lines of {counts['day']} are accounted for")
    return wrong


@dataloader()
def null_keys(warehouse: Warehouse) -> tuple[list[str], dict]:
    """Rows that lack a value where none may be missing."""
    queries = {
        f"{table} without {column}": f"select {SHOWN[table]} from {table} where {column} is null"  # noqa: S608
        for table, (key, others) in KEYS.items()
        for column in (key, *others)
    }
    return _offending_rows(warehouse, queries)


@dataloader()
def orphans(warehouse: Warehouse) -> tuple[list[str], dict]:
    """Rows that refer to a row which is not there."""
    queries = {
        f"{table} whose {column} is not in {target}": (
            f"select {SHOWN[table]} from {table} where {column} is not null"  # noqa: S608
            f" and not exists (select 1 from {target} where {target}.{KEYS[target][0]} = {table}.{column})"
        )
        for table, column, target in REFERENCES
    }
    return _offending_rows(warehouse, queries)


@dataloader()
def duplicate_keys(warehouse: Warehouse) -> tuple[list[str], dict]:
    """Keys that several rows of a table have."""
    queries = {
        f"{table} with a {key} of several": (
            f"select {key}, count(*) as copies from {table}"  # noqa: S608
            f" where {key} is not null group by {key} having count(*) > 1"
        )
        for table, (key, _) in KEYS.items()
    }
    return _offending_rows(warehouse, queries)


@save_atomically.json(path=source("quality_location"), output_name_="saved_quality")
def quality(
    day: str,
    row_counts: dict[str, int],
    empty_tables: list[str],
    wrong_counts: list[str],
    null_keys: list[str],
    orphans: list[str],
    duplicate_keys: list[str],
) -> dict[str, Any]:
    """The figures, and what is wrong."""
    wrong = [*empty_tables, *wrong_counts, *null_keys, *orphans, *duplicate_keys]
    return {"day": day, "rows": row_counts, "wrong": wrong}


def passed(quality: dict[str, Any]) -> bool:
    """True. Raises QualityError, which names the rows, if anything is wrong."""
    if quality["wrong"]:
        raise QualityError(f"the warehouse is wrong after {quality['day']}: " + "; ".join(quality["wrong"]))
    return True


def _number(rows: pd.DataFrame) -> int:
    return int(rows.iat[0, 0])


def _offending_rows(warehouse: Warehouse, queries: dict[str, str]) -> tuple[list[str], dict]:
    """A text for each row that a query answers, and one that counts those that are too many; how many were asked."""
    told = []
    with warehouse.transaction() as transaction:
        for what, query in queries.items():
            rows = transaction.rows(f"{query} limit {MOST_ROWS}")
            told += [f"{what}: {_shown(row)}" for row in rows.to_dict("records")]
            if len(rows) == MOST_ROWS:
                number = _number(transaction.rows(f"select count(*) from ({query}) as found"))  # noqa: S608
                told += [f"{what}: {number - MOST_ROWS} more"] if number > MOST_ROWS else []
    return told, {"queries": len(queries)}


def _shown(row: dict[Any, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if not pd.isna(value))
