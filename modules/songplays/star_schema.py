"""The staged tables of a day -> the rows of the star schema, and into the warehouse with them.

Ask the driver for `loaded`.
"""

import unicodedata

import pandas as pd
from hamilton.function_modifiers import datasaver, load_from, source, value

from modules.songplays import PLAY
from modules.songplays.database import Warehouse, day_bounds

# Room for the plays of one day: the number of a play is the day, and its place among the plays of the day.
PLAYS_A_DAY = 10**9


# The engine is named because pandas 3.1 deprecates "auto", which Hamilton would pass. dtype_backend None: the dtypes
# that were saved; Hamilton's loaders default to the nullable ones.
@load_from.parquet(path=source("events_location"), engine=value("pyarrow"), dtype_backend=value(None))
def events(staged_events: pd.DataFrame) -> pd.DataFrame:
    """The events of the day, in the order of their times."""
    return staged_events


@load_from.parquet(path=source("catalogue_location"), engine=value("pyarrow"), dtype_backend=value(None))
def catalogue(staged_catalogue: pd.DataFrame) -> pd.DataFrame:
    """The songs, with what their files say of the artist."""
    return staged_catalogue


def plays(events: pd.DataFrame) -> pd.DataFrame:
    """The events that are a song being played."""
    return events[events["page"] == PLAY].reset_index(drop=True)


def songs(catalogue: pd.DataFrame) -> pd.DataFrame:
    """The dimension of songs."""
    return catalogue[["song_id", "title", "artist_id", "year", "duration"]]


def artists(catalogue: pd.DataFrame) -> pd.DataFrame:
    """The dimension of artists. Where their songs tell different things, a song that knows the place wins, and among
    these the first by its id.
    """
    unplaced = catalogue["location"].isna() & catalogue["latitude"].isna()
    best = catalogue.assign(unplaced=unplaced).sort_values(["artist_id", "unplaced", "song_id"])
    return best.drop_duplicates("artist_id")[["artist_id", "name", "location", "latitude", "longitude"]].reset_index(
        drop=True
    )


def known_songs(catalogue: pd.DataFrame) -> pd.DataFrame:
    """By what a play says of its song: title, artist and duration. Where that fits several songs, the first by its
    id is meant.
    """
    keys = _song_key(catalogue["title"], catalogue["name"], catalogue["duration"])
    return keys.assign(song_id=catalogue["song_id"], artist_id=catalogue["artist_id"]).drop_duplicates([*keys.columns])


def songplays(plays: pd.DataFrame, known_songs: pd.DataFrame, day: str) -> pd.DataFrame:
    """The facts: one row for each play; song and artist are missing where the catalogue knows no such song.

    The number of a play depends on the log of its day alone, so that days can be loaded in any order.
    """
    keys = _song_key(plays["title"], plays["artist_name"], plays["duration"])
    found = keys.merge(known_songs, how="left", on=[*keys.columns])
    first = int(day.replace("-", "")) * PLAYS_A_DAY + 1
    return pd.DataFrame(
        {
            "songplay_id": pd.RangeIndex(first, first + len(plays)),
            "start_time": plays["start_time"],
            "user_id": plays["user_id"],
            "level": plays["level"],
            "song_id": found["song_id"],
            "artist_id": found["artist_id"],
            "session_id": plays["session_id"],
            "location": plays["location"],
            "user_agent": plays["user_agent"],
        }
    )


def time(plays: pd.DataFrame) -> pd.DataFrame:
    """The dimension of time: each moment at which a song began. Weeks are those of ISO 8601; Monday is 1."""
    moments = plays["start_time"].drop_duplicates().reset_index(drop=True)
    calendar = moments.dt.isocalendar()
    return pd.DataFrame(
        {
            "start_time": moments,
            "hour": moments.dt.hour,
            "day": moments.dt.day,
            "week": calendar["week"],
            "month": moments.dt.month,
            "year": moments.dt.year,
            "weekday": calendar["day"],
        }
    )


def users_of_day(events: pd.DataFrame, day: str) -> pd.DataFrame:
    """What the day says of each user, clicks included: the latest event wins. The warehouse keeps one such row for
    each day, so that the latest of all days wins in the end, in whatever order they came.
    """
    latest = events.drop_duplicates("user_id", keep="last").sort_values("user_id", ignore_index=True)
    told = latest[["user_id", "first_name", "last_name", "gender", "level"]]
    return told.assign(day=day, seen_at=latest["start_time"])


@datasaver()
def loaded(
    warehouse: Warehouse,
    day: str,
    artists: pd.DataFrame,
    songs: pd.DataFrame,
    time: pd.DataFrame,
    users_of_day: pd.DataFrame,
    songplays: pd.DataFrame,
) -> dict:
    """The rows of the day in the place of what an earlier load of that day has left, all at once or not at all."""
    tables = {
        "artists": artists,
        "songs": songs,
        "time": time,
        "users_of_day": users_of_day,
        "songplays": songplays,
    }
    start, end = day_bounds(day)
    with warehouse.transaction(writes=True) as transaction:
        transaction.run("schema")
        for name, table in tables.items():
            transaction.load(f"new_{name}", name, table)
        transaction.run("load_day", day=day, day_start=start, day_end=end)
    return {"day": day, **{name: len(table) for name, table in tables.items()}}


def _song_key(title: pd.Series, artist: pd.Series, duration: pd.Series) -> pd.DataFrame:
    """What two ways of writing down the same song have in common; durations to the hundredth of a second."""
    return pd.DataFrame({"title": _folded(title), "artist": _folded(artist), "hundredths": (duration * 100).round()})


def _folded(texts: pd.Series) -> pd.Series:
    """Without regard to case, and to how an accent is encoded."""
    return texts.map(lambda text: unicodedata.normalize("NFC", text).casefold(), na_action="ignore")
