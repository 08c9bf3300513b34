"""The files that a site has delivered -> clean, typed tables, with a count of every line that was left out and why.

Ask the driver for `saved_events`, `saved_catalogue` and `saved_counts`.
"""

import json
from typing import Any

import pandas as pd
from hamilton.function_modifiers import dataloader, source, value

from modules.atomic_savers import save_atomically
from modules.songplays import LEVELS, PLAY, SONG_FOLDER, log_path
from modules.songplays.storage import place, texts_below

# As they stand in the log -> as they are called from here on.
EVENT_FIELDS = {
    "artist": "artist_name",
    "firstName": "first_name",
    "gender": "gender",
    "itemInSession": "item_in_session",
    "lastName": "last_name",
    "length": "duration",
    "level": "level",
    "location": "location",
    "page": "page",
    "sessionId": "session_id",
    "song": "title",
    "ts": "start_time",
    "userAgent": "user_agent",
    "userId": "user_id",
}
SONG_FIELDS = {
    "artist_id": "artist_id",
    "artist_latitude": "latitude",
    "artist_location": "location",
    "artist_longitude": "longitude",
    "artist_name": "name",
    "duration": "duration",
    "song_id": "song_id",
    "title": "title",
    "year": "year",
}
WHOLE_NUMBERS = ("item_in_session", "session_id", "user_id")
TEXTS = ("artist_name", "first_name", "gender", "last_name", "level", "location", "page", "title", "user_agent")
LAST_MOMENT = 9e12  # milliseconds: the year 2255, beyond which pandas has no time in nanoseconds
# What makes an event the same event, however often it was delivered.
EVENT_KEY = ["start_time", "user_id", "session_id", "item_in_session"]


@dataloader()
def log_lines(source_location: str, day: str) -> tuple[list[str], dict]:
    """The lines of the day's log that are not blank.

    Split at line feeds alone: a title may hold other characters that Python takes for the end of a line. Bytes that
    are no UTF-8 become U+FFFD, so that they cost a letter and not the day.
    """
    file = place(source_location, log_path(day))
    text = file.read_bytes().decode(errors="replace")
    return [line for line in text.split("\n") if line.strip()], {"path": str(file)}


def records(log_lines: list[str]) -> pd.DataFrame:
    """A row for each line: the fields as they were written, all missing where the line is no JSON object."""
    rows = [_fields(line, EVENT_FIELDS) for line in log_lines]
    return pd.DataFrame(rows, columns=[*EVENT_FIELDS.values()], dtype=object)


def typed_records(records: pd.DataFrame) -> pd.DataFrame:
    """The same rows in types of their own; what is no value of its type is missing. Times are UTC, without a zone."""
    numbers = {name: _whole(records[name]) for name in WHOLE_NUMBERS}
    texts = {name: _text(records[name]) for name in TEXTS}
    moments = _number(records["start_time"])
    start_time = pd.to_datetime(moments.where(moments.abs() < LAST_MOMENT), unit="ms")
    return pd.DataFrame(
        {
            "start_time": start_time.astype("datetime64[ms]"),
            "duration": _number(records["duration"]),
            **numbers,
            **texts,
        }
    )


def unreadable(records: pd.DataFrame) -> pd.Series:
    """Which lines hold nothing that is known: half a line, or another kind of JSON."""
    return records.isna().all(axis=1)


def left_out(typed_records: pd.DataFrame, unreadable: pd.Series, day: str) -> pd.Series:
    """Why a line does not become an event; missing where it does. The first reason that holds counts."""
    start = pd.Timestamp(day)
    time = typed_records["start_time"]
    reasons = {
        "unreadable": unreadable,
        "no time": time.isna(),
        "another day": ~((time >= start) & (time < start + pd.Timedelta(days=1))),
        "logged out": typed_records["user_id"].isna(),
        "incomplete": typed_records[["session_id", "item_in_session", "page"]].isna().any(axis=1)
        | ~typed_records["level"].isin(LEVELS),
        "delivered twice": typed_records.duplicated(EVENT_KEY),
    }
    reason = pd.Series(None, index=typed_records.index, dtype=object)
    for name, holds in reasons.items():
        reason = reason.mask(reason.isna() & holds.astype(bool), name)
    return reason


# The engine is named because pandas 3.1 deprecates "auto", which Hamilton would pass.
@save_atomically.parquet(path=source("events_location"), engine=value("pyarrow"), output_name_="saved_events")
def events(typed_records: pd.DataFrame, left_out: pd.Series) -> pd.DataFrame:
    """The events of the day in the order of their times, each once: plays and clicks of people who are logged in."""
    return typed_records[left_out.isna()].sort_values(EVENT_KEY, ignore_index=True)


@save_atomically.json(path=source("counts_location"), output_name_="saved_counts")
def counts(day: str, log_lines: list[str], left_out: pd.Series, events: pd.DataFrame) -> dict[str, Any]:
    """What became of the lines: every one is an event or was left out for one reason."""
    reasons = {str(name): int(number) for name, number in left_out.value_counts().sort_index().items()}
    plays = int((events["page"] == PLAY).sum())
    return {"day": day, "lines": len(log_lines), "events": len(events), "plays": plays, "left out": reasons}


@dataloader()
def song_texts(source_location: str) -> tuple[list[str], dict]:
    """What the song files hold."""
    texts = texts_below(source_location, SONG_FOLDER)
    return texts, {"path": f"{source_location}/{SONG_FOLDER}", "files": len(texts)}


@save_atomically.parquet(path=source("catalogue_location"), engine=value("pyarrow"), output_name_="saved_catalogue")
def catalogue(song_texts: list[str]) -> pd.DataFrame:
    """The songs that have an id, an artist and a title, each once, by their ids; files may hold several, one a line."""
    rows = [_fields(line, SONG_FIELDS) for text in song_texts for line in text.split("\n") if line.strip()]
    raw = pd.DataFrame(rows, columns=[*SONG_FIELDS.values()], dtype=object)
    numbers = {name: _number(raw[name]) for name in ("duration", "latitude", "longitude")}
    texts = {name: _text(raw[name]) for name in ("artist_id", "location", "name", "song_id", "title")}
    year = _whole(raw["year"]).replace(0, pd.NA)  # 0 is how the song files say that they do not know
    songs = pd.DataFrame({**texts, **numbers, "year": year})
    return (
        songs.dropna(subset=["song_id", "artist_id", "name", "title"])
        .drop_duplicates("song_id")
        .sort_values("song_id", ignore_index=True)
    )


def _fields(line: str, names: dict[str, str]) -> tuple[Any, ...]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        found = {}
    return tuple(found.get(name) for name in names)


def _number(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce").astype("float64")


def _whole(column: pd.Series) -> pd.Series:
    """Whole numbers, whether they were written as numbers or as texts; none where a float is too coarse."""
    numbers = _number(column)
    return numbers.where((numbers % 1 == 0) & (numbers.abs() < 2**53)).astype("Int64")


def _text(column: pd.Series) -> pd.Series:
    """Texts without blanks around them; missing where nothing else is there."""
    # By the different texts: a million events have a few dozen places between them.
    codes, texts = pd.factorize(column.where(column.map(lambda one: isinstance(one, str)), None))
    cleaned = pd.array([*map(_cleaned, texts), None], dtype="string")
    return pd.Series(cleaned[codes], index=column.index)


def _cleaned(text: str) -> str | None:
    """The text as every database takes it: JSON can hold NUL, and halves of characters that are no UTF-8."""
    return text.replace("\0", "").encode(errors="replace").decode().strip() or None
