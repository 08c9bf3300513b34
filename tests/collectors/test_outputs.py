"""What is said of two looks at the same files."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from windtunnel.collectors.date_words import names_dates
from windtunnel.collectors.outputs import added_rows, changes, snapshot
from windtunnel.facts import Content


@pytest.fixture
def look(tmp_path):
    """What was done since the last look, with the rows of the deed before that as those known."""
    seen = {"now": snapshot([tmp_path], ()), "added": {}}

    def look():
        then, now = seen["now"], snapshot([tmp_path], ())
        said = list(changes(then, now, seen["added"]))
        seen["added"] = {key: added_rows(then.get(key), output) for key, output in now.items()}
        seen["now"] = now
        return said

    return look


def append(file, text):
    with file.open("a") as out:
        out.write(text)


def test_rows_added_twice_are_the_same_rows(tmp_path, look):
    append(tmp_path / "a.csv", "day,n\n1,7\n")
    (first,) = look()
    append(tmp_path / "a.csv", "1,7\n")
    (again,) = look()
    assert (first.content, first.new, first.added, first.even) == (Content.RECORDS, True, 2, False)
    assert (again.new, again.added, again.removed, again.repeated) == (False, 1, 0, 1)


def test_a_file_written_whole_again_has_no_rows_added(tmp_path, look):
    (tmp_path / "a.csv").write_text("day,n\n1,7\n")
    look()
    (tmp_path / "a.csv").write_text("day,n\n1,7\n")
    (again,) = look()
    assert (again.added, again.removed, again.repeated) == (0, 0, 0)


def test_a_file_that_nobody_has_written_is_not_named(tmp_path, look):
    (tmp_path / "a.csv").write_text("1")
    look()
    assert look() == []


def test_an_entry_added_to_a_list_of_json_is_one_row(tmp_path, look):
    (tmp_path / "a.json").write_text(json.dumps([{"day": 1}]))
    look()
    (tmp_path / "a.json").write_text(json.dumps([{"day": 1}, {"day": 2}], indent=1))
    (again,) = look()
    assert (again.added, again.removed) == (1, 0)


def insert(file, *values):
    with closing(sqlite3.connect(file)) as store, store:
        store.execute("create table if not exists t (id integer primary key, day text, at text)")
        store.executemany("insert into t (day, at) values (?, ?)", values)


def test_the_number_that_sqlite_gives_a_row_makes_it_no_other(tmp_path, look):
    insert(tmp_path / "a.db", ("1", "noon"))
    look()
    insert(tmp_path / "a.db", ("1", "noon"))
    (again,) = look()
    assert (again.table, again.content, again.added, again.repeated) == ("t", Content.TABLE, 1, 1)


def test_rows_that_differ_in_their_time_only_are_alike_and_not_the_same(tmp_path, look):
    insert(tmp_path / "a.db", ("1", "noon"), ("2", "noon"))
    look()
    insert(tmp_path / "a.db", ("1", "evening"), ("2", "evening"))
    (again,) = look()
    assert (again.added, again.repeated, again.alike) == (2, 0, 2)


def test_rows_of_another_date_are_neither(tmp_path, look):
    insert(tmp_path / "a.db", ("1", "noon"))
    look()
    insert(tmp_path / "a.db", ("2", "evening"))
    (again,) = look()
    assert (again.added, again.repeated, again.alike) == (1, 0, 0)


def test_rows_added_twice_at_once_are_even(tmp_path, look):
    insert(tmp_path / "a.db", ("1", "noon"), ("2", "noon"), ("1", "noon"), ("2", "noon"))
    assert [output.even for output in look()] == [True]


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.parquet", "a.db"])
def test_what_cannot_be_read_as_its_name_says_is_bytes(tmp_path, look, name):
    (tmp_path / name).write_bytes(b"\xff\0\xfe")
    assert [output.content for output in look()] == [Content.BYTES]


def test_a_date_is_named_in_the_file_or_in_a_module_that_it_imports_anywhere(tmp_path):
    dag, module = tmp_path / "dags" / "a.py", tmp_path / "modules" / "paths.py"
    for file in (dag, module):
        file.parent.mkdir()
    dag.write_text("def f():\n    from modules import paths\n")
    module.write_text("adds = 1\n")
    assert not names_dates(dag, tmp_path)
    module.write_text("def path(context):\n    return context['ds']\n")
    assert names_dates(dag, tmp_path)
