"""A warehouse that is not as it must be fails its run, and the rows are named; on both engines."""

import json
from pathlib import Path

import pytest

from modules.songplays import quality
from modules.songplays.database import SQL, Warehouse, statements
from modules.songplays.quality import MOST_ROWS, QualityError
from tests.examples.songplays.conftest import deliver, execute, judge, load

DAY = "2018-11-12"
FIRST = 20181112000000001


@pytest.fixture
def lax(warehouse: Warehouse, tmp_path: Path, monkeypatch) -> Warehouse:
    """A day in a warehouse whose keys and constraints somebody has lost."""
    deliver(tmp_path / "site", DAY, events=60)
    load(warehouse, tmp_path / "site", DAY, tmp_path)
    with warehouse.transaction(writes=True) as transaction:
        tables = ("songplays", "songs", "users", "artists", "time")
        for table in tables:
            transaction.execute(f"create table kept_{table} as select * from {table}", {})
        for table in tables:
            transaction.execute(f"drop table {table}", {})
            transaction.execute(f"alter table kept_{table} rename to {table}", {})
    return warehouse


def wrong(warehouse: Warehouse, folder: Path, *statements: str) -> list[str]:
    with warehouse.transaction(writes=True) as transaction:
        for statement in statements:
            transaction.execute(statement, {})
    return judge(warehouse, DAY, folder)["wrong"]


def test_what_was_loaded_passes_without_its_constraints_too(lax, tmp_path):
    assert wrong(lax, tmp_path) == []


def test_a_null_in_a_key_is_named_by_its_row(lax, tmp_path):
    told = wrong(lax, tmp_path, f"update songplays set user_id = null where songplay_id = {FIRST}")
    (one,) = told
    assert one.startswith(f"songplays without user_id: songplay_id {FIRST}, start_time 2018-11-12")


def test_an_orphan_is_named_by_its_row_whatever_it_lacks(lax, tmp_path):
    told = wrong(
        lax,
        tmp_path,
        f"update songplays set user_id = 4711 where songplay_id = {FIRST}",
        f"update songplays set song_id = 'S?' where songplay_id = {FIRST + 1}",
        "update songs set artist_id = 'A?' where song_id = 'SO000003'",
    )
    assert len(told) == 3
    assert told[0].startswith(f"songplays whose user_id is not in users: songplay_id {FIRST}, ")
    assert "user_id 4711" in told[0]
    assert told[1].startswith(f"songplays whose song_id is not in songs: songplay_id {FIRST + 1}, ")
    assert told[2].startswith("songs whose artist_id is not in artists: song_id SO000003, ")


def test_a_key_that_is_there_twice_is_named_with_its_copies(lax, tmp_path):
    told = wrong(lax, tmp_path, "insert into songs select * from songs where song_id = 'SO000003'")
    assert told == ["songs with a song_id of several: song_id SO000003, copies 2"]


def test_plays_that_are_lost_are_counted_against_the_log(lax, tmp_path):
    plays = json.loads((tmp_path / DAY / "counts.json").read_text())["plays"]
    told = wrong(lax, tmp_path, f"delete from songplays where songplay_id = {FIRST}")
    assert told == [f"songplays has {plays - 1} rows of {DAY}, its log has {plays} plays"]


def test_an_empty_table_is_named(lax, tmp_path):
    assert wrong(lax, tmp_path, "update songplays set song_id = null", "delete from songs") == ["songs is empty"]


def test_many_rows_are_named_in_part_and_counted(lax, tmp_path):
    told = wrong(lax, tmp_path, "update songplays set level = null")
    plays = json.loads((tmp_path / DAY / "counts.json").read_text())["plays"]
    assert len(told) == MOST_ROWS + 1
    assert told[-1] == f"songplays without level: {plays - MOST_ROWS} more"


def test_nobody_is_named_who_is_a_person(lax, tmp_path):
    told = wrong(lax, tmp_path, "update users set level = null", "update songplays set session_id = null")
    with lax.transaction() as transaction:
        people = transaction.rows("select last_name, location from users, songplays")
    assert not any(str(word) in line for word in set(people["last_name"]) | set(people["location"]) for line in told)


def test_a_failure_is_written_down_and_raised_with_the_rows(lax, tmp_path):
    with lax.transaction(writes=True) as transaction:
        transaction.execute("insert into songs select * from songs where song_id = 'SO000003'", {})
    with pytest.raises(QualityError, match=f"wrong after {DAY}: songs with a song_id of several: song_id SO000003"):
        execute(
            quality,
            ["saved_quality", "passed"],
            warehouse=lax,
            day=DAY,
            counts_location=str(tmp_path / DAY / "counts.json"),
            quality_location=str(tmp_path / "quality.json"),
        )
    assert json.loads((tmp_path / "quality.json").read_text())["wrong"] == [
        "songs with a song_id of several: song_id SO000003, copies 2"
    ]


def test_lines_that_nobody_accounts_for_are_told():
    counts = {"day": DAY, "lines": 9, "events": 5, "plays": 3, "left out": {"logged out": 2}}
    told = quality.wrong_counts({"songplays of the day": 3}, counts)
    assert told == [f"7 of 9 lines of {DAY} are accounted for"]


def test_every_sql_file_can_be_split_into_statements():
    for file in SQL.glob("*.sql"):
        assert statements(file.stem)
