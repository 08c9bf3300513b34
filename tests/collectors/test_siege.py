"""A save is struck at counted points: torn files are seen, whole ones not accused, and all is as it was afterwards."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from windtunnel.collectors.siege import Siege, besiege
from windtunnel.collectors.trees import Ground
from windtunnel.facts import Fault, Sight

LINES = "".join(f"row {number}\n" for number in range(400))
REFUSED = (OSError, sqlite3.Error)


@pytest.fixture
def struck(tmp_path):
    """The siege of a save that is a function of a path, after it was done once."""

    def struck(save, name="a.txt", most=30, done_before=True):
        folder = Path(os.path.realpath(tmp_path))
        if done_before:
            save(folder / name)
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        siege = Siege()
        doomed = besiege(Ground((str(folder),)), siege, most, seconds=60.0, own=str(folder))
        if doomed is not None:  # we are the process of a trial
            success = False
            with suppress(*REFUSED):
                save(folder / name)
                success = True
            doomed.end(success=success)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        return siege

    return struck


def sights(siege, fault=Fault.KILLED):
    return {kill.sight for kill in siege.kills if kill.fault is fault}


def in_place(path):
    path.write_text(LINES)


def aside(path):
    other = path.with_suffix(".new")
    other.write_text(LINES)
    Path(other).replace(path)


def test_a_save_in_place_is_torn_at_the_byte_at_which_the_kernel_stops_it(struck):
    siege = struck(in_place)
    assert sights(siege) == {Sight.TORN, Sight.WHOLE, Sight.UNTOUCHED}
    torn = {(kill.point, kill.detail) for kill in siege.kills if kill.sight is Sight.TORN}
    assert ("at byte 1545", "1,545 of 3,090 bytes") in torn
    assert ("before its first byte", "0 of 3,090 bytes") in torn
    assert siege.unseen == ""


def test_a_save_that_is_renamed_when_it_is_whole_is_never_torn(struck):
    siege = struck(aside)
    assert sights(siege) == sights(siege, Fault.FULL) == {Sight.WHOLE, Sight.UNTOUCHED}
    assert {kill.point for kill in siege.kills} >= {"before it can rename a.new", "when it is done", "at byte 3089"}
    assert {kill.strays for kill in siege.kills} == {0, 1}


def test_the_same_points_are_struck_each_time(struck):
    assert [kill.point for kill in struck(in_place).kills] == [kill.point for kill in struck(in_place).kills]


def test_an_old_file_that_is_removed_first_is_gone(struck):
    def save(path):
        path.with_suffix(".new").write_text(LINES)
        path.unlink(missing_ok=True)
        path.with_suffix(".new").rename(path)

    siege = struck(save)
    assert {kill.again for kill in siege.kills if kill.sight is Sight.GONE} == {True}
    assert Sight.TORN not in sights(siege)


def test_a_full_disk_and_a_refused_permission_that_are_swallowed_are_seen(struck):
    def save(path):
        with suppress(OSError):
            in_place(path)

    swallowed = {kill.fault for kill in struck(save).kills if kill.swallowed}
    assert swallowed == {Fault.FULL, Fault.DENIED}
    assert not any(kill.swallowed for kill in struck(in_place).kills)


@pytest.mark.parametrize(
    "content",
    [
        lambda: f"{time.time_ns()} {os.urandom(8).hex()} " + LINES,
        lambda: gzip.compress(LINES.encode(), mtime=time.time_ns() // 10**6 % 10**9),
        lambda: LINES + "x" * (os.getpid() % 97),
    ],
    ids=["stamped", "gzip", "of another length"],
)
def test_a_whole_file_that_is_never_twice_the_same_is_not_accused(struck, content):
    def save(path):
        made = content()
        path.with_suffix(".new").write_bytes(made if isinstance(made, bytes) else made.encode())
        Path(path.with_suffix(".new")).replace(path)

    assert not {Sight.TORN, Sight.GONE} & sights(struck(save))


@pytest.mark.parametrize("content", [lambda: f"{time.time_ns()} " + LINES, lambda: gzip.compress(os.urandom(3000))])
def test_such_a_file_is_found_torn_where_it_is(struck, content):
    def save(path):
        made = content()
        path.write_bytes(made if isinstance(made, bytes) else made.encode())

    assert Sight.TORN in sights(struck(save))


def fill(known):
    known.execute("insert into totals select 1, hex(zeroblob(9000))")


def test_a_transaction_is_whole_or_not_there(struck):
    def save(path):
        with closing(sqlite3.connect(path)) as known, known:
            known.execute("create table if not exists totals (n int, text text)")
            known.execute("delete from totals")
            fill(known)

    siege = struck(save, "a.db")
    assert sights(siege) == {Sight.WHOLE, Sight.UNTOUCHED}
    assert "before it can run COMMIT" in {kill.point for kill in siege.kills}


def test_a_table_that_is_dropped_before_it_is_filled_is_gone_between(struck):
    def save(path):
        with closing(sqlite3.connect(path)) as known:
            known.execute("drop table if exists totals")
            known.execute("create table totals (n int, text text)")
            fill(known)
            known.commit()

    siege = struck(save, "a.db")
    assert Sight.GONE in sights(siege)
    assert Sight.TORN not in sights(siege)


def test_rows_that_are_committed_one_by_one_are_torn(struck):
    def save(path):
        with closing(sqlite3.connect(path, isolation_level=None)) as known:
            known.execute("create table if not exists totals (n int, text text)")
            known.execute("delete from totals")
            fill(known)
            known.execute("update totals set n = n + 1")

    assert Sight.TORN in sights(struck(save, "a.db"))


def test_a_save_that_appends_is_struck_by_its_own_sizes(struck):
    def save(path):
        with path.open("a") as file:
            file.write(LINES)

    siege = struck(save)
    assert {kill.detail for kill in siege.kills if kill.sight is Sight.TORN and kill.again} >= {"4,635 of 6,180 bytes"}


def test_links_folders_and_several_files_are_put_back(struck):
    def save(path):
        (path.parent / "deep").mkdir(exist_ok=True)
        (path.parent / "deep" / "b.json").write_text(json.dumps(LINES))
        target = path.with_name(f"a-{os.getpid()}.txt")
        target.write_text(LINES)
        path.with_suffix(".link").symlink_to(target.name)
        Path(path.with_suffix(".link")).replace(path)

    siege = struck(save, done_before=False)
    assert siege.unseen == ""
    assert siege.kills


@pytest.mark.parametrize(
    ("save", "reason"),
    [
        (lambda path: None, "no file was seen that it writes"),
        (lambda path: path.open("x").close(), ""),
        (lambda path: (_ for _ in ()).throw(OSError("no")), "in a process of its own it does not end well"),
    ],
)
def test_what_cannot_be_struck_is_told(struck, save, reason):
    assert struck(save, done_before=False).unseen == reason


def test_more_than_can_be_put_back_is_told(struck, monkeypatch):
    from windtunnel.collectors import trees

    monkeypatch.setattr(trees, "_MOST_BYTES", 1000)
    assert "MiB" in struck(in_place).unseen
