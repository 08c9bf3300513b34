"""The made-up site delivers what a real one does: the same for the same seed, and dirty."""

import hashlib
import json
from collections import Counter

import pytest

from modules.songplays import log_path, samples
from modules.songplays.made_up import day_log, song
from tests.examples.songplays.conftest import deliver, execute

DAY = "2018-11-12"
EVENT = (
    "artist auth firstName gender itemInSession lastName length level location method page registration sessionId song "
    "status ts userAgent userId"
)
SONG = "num_songs artist_id artist_latitude artist_longitude artist_location artist_name song_id title duration year"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return list(day_log(0, DAY, people=150, songs=24, events=3000))


@pytest.fixture(scope="module")
def events(lines: list[str]) -> list[dict]:
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def test_the_same_seed_makes_the_same_bytes_on_every_python():
    text = "\n".join(day_log(7, DAY, people=10, songs=5, events=50))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "68735b4a6d41f6de"


def test_another_seed_or_day_makes_another_log():
    made = [tuple(day_log(seed, day, 10, 5, 50)) for seed, day in ((0, DAY), (1, DAY), (0, "2018-11-13"))]
    assert len(set(made)) == 3


def test_events_and_songs_have_the_fields_of_the_real_ones(events):
    assert {tuple(event) for event in events} == {tuple(EVENT.split())}
    assert tuple(song(0, 3)) == tuple(SONG.split())


def test_the_log_has_the_dirt_of_real_logs(lines, events):
    assert {"NextSong", "Home", "Logout"} < {event["page"] for event in events}
    assert any(event["auth"] == "Logged Out" and event["userId"] == "" for event in events)
    assert any(event["artist"] == "Unknown Artist" for event in events)
    assert max(Counter(line for line in lines if line).values()) == 2
    assert any(not (event["firstName"] or "").isascii() for event in events)
    assert "" in lines
    assert len(lines) > len(events) + lines.count("")


def test_some_people_begin_to_pay_within_the_day(events):
    levels = {}
    for event in events:
        if event["userId"]:
            levels.setdefault(event["userId"], set()).add(event["level"])
    assert {frozenset(seen) for seen in levels.values()} == {
        frozenset({"free"}),
        frozenset({"paid"}),
        frozenset({"free", "paid"}),
    }


def test_most_songs_that_are_played_are_in_the_catalogue(events):
    plays = [event for event in events if event["page"] == "NextSong"]
    known = {(one["title"], one["artist_name"], one["duration"]) for one in (song(0, number) for number in range(24))}
    share = sum((play["song"], play["artist"], play["length"]) in known for play in plays) / len(plays)
    assert 0.6 < share < 0.75


def test_the_size_is_what_was_asked_for(tmp_path):
    deliver(tmp_path, DAY, events=500, songs=7)
    log = (tmp_path / log_path(DAY)).read_text(encoding="utf-8").splitlines()
    assert 500 <= len(log) < 560
    assert len(list(tmp_path.rglob("song_data/**/*.json"))) == 7


def test_a_second_delivery_changes_nothing(tmp_path):
    def files():
        return {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

    deliver(tmp_path, DAY)
    first = files()
    deliver(tmp_path, DAY)
    assert files() == first


def test_a_site_without_songs_has_a_log_all_the_same():
    made = execute(samples, ["song_files", "log"], seed=0, day=DAY, people=3, songs=0, events=20)
    assert made["song_files"] == {}
    assert made["log"].count("Unknown Artist") > 5
