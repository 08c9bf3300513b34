"""DuckDB, which is no part of the test environment: what is told of it without it."""

from __future__ import annotations

import sys
from types import SimpleNamespace

from windtunnel.collectors.duck_tables import announce, tables_in
from windtunnel.collectors.outputs import snapshot
from windtunnel.facts import Content


def test_a_file_that_is_opened_to_be_written_is_told_as_one_of_sqlite():
    told, opened = [], []
    sys.addaudithook(lambda event, arguments: told.append(arguments[0]) if event == "sqlite3.connect" else None)
    library = SimpleNamespace(connect=lambda *arguments, **options: opened.append((arguments, options)))
    announce(library)
    library.connect("a.duckdb", config={})
    library.connect("b.duckdb", read_only=True)
    library.connect()
    assert [path for path in told if path.endswith(".duckdb")] == ["a.duckdb"]
    assert opened == [(("a.duckdb", False), {"config": {}}), (("b.duckdb", True), {}), ((":memory:", False), {})]


def test_a_file_that_cannot_be_read_counts_as_bytes_and_what_lies_beside_it_not_at_all(tmp_path):
    file = tmp_path / "a.duckdb"
    file.write_bytes(b"01234567DUCK\0 and no more")
    (tmp_path / "a.duckdb.wal").write_bytes(b"x")
    (tmp_path / "other.wal").write_bytes(b"x")
    assert list(tables_in(str(file))) == []
    found = snapshot([tmp_path], [])
    assert {path.rpartition("/")[2]: output.content for (path, _), output in found.items()} == {
        "a.duckdb": Content.BYTES,
        "other.wal": Content.LINES,
    }
