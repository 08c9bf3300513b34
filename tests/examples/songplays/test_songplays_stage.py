"""Whatever stands in a log, every line becomes an event or is counted with a reason."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.songplays import log_path, stage
from tests.examples.songplays.conftest import deliver, execute, staged

DAY = "2018-11-12"
NOON = 1542024000000
EVENT = {
    "artist": "Björk", "auth": "Logged In", "firstName": "Zoë", "gender": "F", "itemInSession": 1, "lastName": "Żak",
    "length": 200.5, "level": "free", "location": "Oslo", "method": "PUT", "page": "NextSong", "registration": 1.5e12,
    "sessionId": 9, "song": "Río", "status": 200, "ts": NOON, "userAgent": "x", "userId": "26",
}  # fmt: skip


def line(**changes) -> str:
    return json.dumps({**EVENT, **changes})


def outcome(*lines: str) -> dict:
    inputs = {"log_lines": list(lines)}
    dr_results = ["events", "counts", "left_out"]
    return execute_with(inputs, dr_results)


def execute_with(overrides: dict, final: list[str]) -> dict:
    from hamilton import driver

    return driver.Builder().with_modules(stage).build().execute(final, inputs={"day": DAY}, overrides=overrides)


def reason(text: str) -> str | None:
    (told,) = outcome(text)["left_out"]
    return None if pd.isna(told) else told


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (line(), None),
        (line(page="Home", song=None, artist=None, length=None), None),
        (line(userId=26, sessionId="9"), None),
        (line()[:40], "unreadable"),
        ("[1, 2]", "unreadable"),
        ("{}", "unreadable"),
        (line(ts=None), "no time"),
        (line(ts="soon"), "no time"),
        (line(ts=NOON + 86_400_000), "another day"),
        (line(userId=""), "logged out"),
        (line(userId=None), "logged out"),
        (line(userId="2.5"), "logged out"),
        (line(sessionId=None), "incomplete"),
        (line(level="gold"), "incomplete"),
        (line(page=" "), "incomplete"),
    ],
)
def test_a_line_is_an_event_or_has_one_reason_to_be_left_out(text, why):
    assert reason(text) == why


def test_the_first_and_the_last_moment_of_a_day_belong_to_it():
    midnight = NOON - 43_200_000
    assert [reason(line(ts=midnight + offset)) for offset in (-1, 0, 86_399_999, 86_400_000)] == [
        "another day",
        None,
        None,
        "another day",
    ]


def test_what_was_delivered_twice_is_one_event():
    results = outcome(line(), line(), line(itemInSession=2))
    assert len(results["events"]) == 2
    assert results["counts"]["left out"] == {"delivered twice": 1}


def test_events_have_types_whatever_is_missing():
    for lines in ((), (line(),), (line(page="Home", song=None, artist=None, length=None, gender=None),)):
        events = outcome(*lines)["events"]
        assert events["start_time"].dtype == "datetime64[ms]"
        assert {str(events[name].dtype) for name in ("user_id", "session_id", "item_in_session")} == {"Int64"}
        assert {str(events[name].dtype) for name in ("level", "title", "first_name")} == {"string"}


def test_a_log_without_a_line_has_no_event():
    results = outcome()
    assert results["counts"] == {"day": DAY, "lines": 0, "events": 0, "plays": 0, "left out": {}}


def test_names_keep_their_letters_and_lose_what_no_database_takes():
    events = outcome(line(), line(firstName=" Олена\0 ", itemInSession=2), line(firstName="a\ud83d", itemInSession=3))[
        "events"
    ]
    assert list(events["first_name"]) == ["Zoë", "Олена", "a?"]


def test_lines_end_at_line_feeds_alone(tmp_path):
    file = tmp_path / log_path(DAY)
    file.parent.mkdir(parents=True)
    file.write_bytes(json.dumps({**EVENT, "song": "a\u2028b\x85c"}, ensure_ascii=False).encode() + b"\r\n\xff\n\n")
    lines = execute(stage, ["log_lines"], source_location=str(tmp_path), day=DAY)["log_lines"]
    assert len(lines) == 2
    assert json.loads(lines[0])["song"] == "a\u2028b\x85c"


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.lists(
        st.one_of(
            st.text(),
            st.builds(line, ts=st.one_of(st.none(), st.integers(), st.floats(), st.text())),
            st.builds(line, userId=st.one_of(st.text(), st.integers(), st.lists(st.integers()), st.booleans())),
        ),
        max_size=8,
    )
)
def test_every_line_is_accounted_for(lines):
    counts = outcome(*lines)["counts"]
    assert counts["lines"] == len(lines) == counts["events"] + sum(counts["left out"].values())


def test_a_day_of_the_sample_is_staged_whole(tmp_path):
    deliver(tmp_path / "site", DAY, events=1500)
    places = staged(tmp_path / "site", DAY, tmp_path)
    counts = json.loads(Path(places["counts_location"]).read_text())
    assert set(counts["left out"]) == {"unreadable", "another day", "logged out", "delivered twice"}
    assert counts["lines"] == counts["events"] + sum(counts["left out"].values())
    events = pd.read_parquet(places["events_location"])
    assert len(events) == counts["events"] > counts["plays"] > 1000
    assert events["start_time"].is_monotonic_increasing


def test_the_catalogue_knows_each_song_once(tmp_path):
    one = {"song_id": "S1", "artist_id": "A1", "artist_name": "Čas", "title": "Río", "duration": 200.5, "year": 0}
    folder = tmp_path / "song_data" / "A"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps(one) + "\n" + json.dumps({**one, "song_id": "S2", "year": 1999}))
    (folder / "b.json").write_text(json.dumps({**one, "title": "Another"}) + "\nnonsense\n" + '{"song_id": "S3"}')
    catalogue = execute(stage, ["catalogue"], source_location=str(tmp_path), day=DAY)["catalogue"]
    assert list(catalogue["song_id"]) == ["S1", "S2"]
    assert list(catalogue["title"]) == ["Río", "Río"]
    assert catalogue["year"].isna().tolist() == [True, False]
    assert np.isnan(catalogue["latitude"]).all()
