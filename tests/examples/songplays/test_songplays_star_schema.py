"""The rows of the star schema, from staged tables that are made by hand."""

import pandas as pd
import pytest
from hamilton import driver
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.songplays import star_schema

DAY = "2018-11-12"
SONGS = {
    "song_id": ["S1", "S2", "S3"],
    "title": ["Río", "Night", "Rain"],
    "artist_id": ["A1", "A1", "A2"],
    "name": ["Čas", "Čas (live)", "Zero, One"],
    "location": [None, "Praha", ""],
    "latitude": [None, 50.1, None],
    "longitude": [None, 14.4, None],
    "year": [None, 1999, 2001],
    "duration": [200.5, 100.0, 300.25],
}
CATALOGUE = pd.DataFrame(SONGS).astype({"year": "Int64"})


def event(**changes) -> dict:
    return {
        "start_time": pd.Timestamp(DAY) + pd.Timedelta(seconds=1),
        "user_id": 26,
        "session_id": 9,
        "item_in_session": 0,
        "page": "NextSong",
        "level": "free",
        "artist_name": "Čas",
        "title": "Río",
        "duration": 200.5,
        "first_name": "Zoë",
        "last_name": "Żak",
        "gender": "F",
        "location": "Oslo",
        "user_agent": "x",
        **changes,
    }


def at(seconds: float) -> pd.Timestamp:
    return pd.Timestamp(DAY) + pd.Timedelta(seconds=seconds)


def built(events: list[dict], catalogue: pd.DataFrame = CATALOGUE) -> dict[str, pd.DataFrame]:
    names = ["songplays", "users_of_day", "songs", "artists", "time"]
    table = pd.DataFrame(events, columns=[*event()])
    overrides = {
        "events": table.astype({"start_time": "datetime64[ms]", "duration": "float64"}),
        "catalogue": catalogue,
    }
    return driver.Builder().with_modules(star_schema).build().execute(names, inputs={"day": DAY}, overrides=overrides)


def test_only_plays_become_facts_and_clicks_count_for_users():
    tables = built([event(), event(page="Upgrade", level="paid", start_time=at(2), user_id=27)])
    assert list(tables["songplays"]["user_id"]) == [26]
    assert list(tables["users_of_day"]["user_id"]) == [26, 27]


@pytest.mark.parametrize(
    ("changes", "song_id"),
    [
        ({}, "S1"),
        ({"title": "RI\u0301O", "artist_name": "C\u030cas"}, "S1"),
        ({"duration": 200.501}, "S1"),
        ({"duration": 201.5}, None),
        ({"title": "Night", "duration": 100.0}, None),
        ({"title": None, "artist_name": None, "duration": None}, None),
    ],
)
def test_a_play_is_matched_by_title_artist_and_duration(changes, song_id):
    (found,) = built([event(**changes)])["songplays"]["song_id"]
    assert found == song_id or (song_id is None and pd.isna(found))


def test_a_song_that_is_in_the_catalogue_twice_matches_once():
    twice = pd.concat([CATALOGUE, CATALOGUE.assign(song_id=CATALOGUE["song_id"] + "b")], ignore_index=True)
    assert list(built([event()], twice)["songplays"]["song_id"]) == ["S1"]


def test_an_artist_is_described_by_the_song_that_knows_the_place():
    artists = built([])["artists"].set_index("artist_id")
    assert list(artists.index) == ["A1", "A2"]
    assert artists.loc["A1", "location"] == "Praha"
    assert artists.loc["A1", "name"] == "Čas (live)"


def test_the_latest_level_of_a_day_wins():
    users = built([event(), event(start_time=at(5), level="paid", item_in_session=1)])["users_of_day"]
    assert list(users["level"]) == ["paid"]
    assert list(users["seen_at"]) == [at(5)]


def test_a_moment_of_two_plays_is_one_row_of_time():
    time = built([event(), event(user_id=27), event(start_time=at(7200))])["time"]
    assert time.drop(columns="start_time").to_dict("records") == [
        {"hour": 0, "day": 12, "week": 46, "month": 11, "year": 2018, "weekday": 1},
        {"hour": 2, "day": 12, "week": 46, "month": 11, "year": 2018, "weekday": 1},
    ]


def test_plays_are_numbered_by_their_day_and_place():
    assert list(built([event(), event(user_id=27)])["songplays"]["songplay_id"]) == [
        20181112000000001,
        20181112000000002,
    ]


def test_a_day_without_plays_has_empty_tables_with_their_columns():
    tables = built([])
    assert all(tables[name].empty for name in ("songplays", "users_of_day", "time"))
    assert list(tables["songplays"].columns)[:2] == ["songplay_id", "start_time"]


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 86_399), st.sampled_from(("free", "paid"))), max_size=12))
def test_every_fact_refers_to_a_user_and_a_time_of_its_own_day(told):
    events = sorted(
        (event(user_id=user, start_time=at(second), level=level) for user, second, level in told),
        key=lambda one: one["start_time"],
    )
    tables = built(events)
    assert len(tables["songplays"]) == len(told)
    assert set(tables["songplays"]["user_id"]) == set(tables["users_of_day"]["user_id"])
    assert set(tables["songplays"]["start_time"]) == set(tables["time"]["start_time"])
    assert tables["time"]["start_time"].is_unique
    assert tables["users_of_day"]["user_id"].is_unique
