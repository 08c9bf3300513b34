"""What a name promises of a file's format, and how many rows a file can have: certain, or nothing is said."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import sys
import zipfile

import pytest

from windtunnel.collectors.file_formats import why_misnamed
from windtunnel.collectors.rows import rows_at_most, rows_of


def a_zip():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a", "x")
    return written.getvalue()


PARQUET, ARROW = b"PAR1 and more PAR1", b"ARROW1\0\0 and more"
PICKLE, TEXT, JSON = pickle.dumps([1, 2]), b"a,b\n1,2\n", b'{"a": 1}'
GZIP, ZIP = gzip.compress(TEXT, mtime=0), a_zip()


@pytest.mark.parametrize(
    ("name", "content", "wrote"),
    [
        ("a.parquet", PARQUET, ""),
        ("a.pq", PARQUET, ""),
        ("a.feather", ARROW, "feather"),
        ("a.xlsx", ZIP, ""),
        ("a.xlsx", b"\xd0\xcf\x11\xe0 encrypted", "excel"),
        ("a.npz", ZIP, ""),
        ("a.csv", TEXT, "csv"),
        ("a.CSV", b"", "csv"),
        ("a.csv", TEXT.decode().encode("utf-16"), "csv"),
        ("a.csv", GZIP, "csv"),  # stores keep the name of what they compress
        ("a.csv.gz", GZIP, "csv"),
        ("a.tsv", TEXT, "csv"),
        ("a.txt", TEXT, "csv"),
        ("a.txt", JSON, "json"),
        ("a.csv", JSON, ""),  # nobody knows who wrote it
        ("a.csv", b"{name},n\n1,2\n", "csv"),
        ("a.json", b"\xef\xbb\xbf" + JSON, "json"),
        ("a.json", JSON + b"\n" + JSON, "json"),
        ("a.json", b"[1]", "csv"),
        ("a.yaml", JSON, "json"),
        ("a.html", b"<table>", "html"),
        ("a.xml", b"<?xml?>", "xml"),
        ("a.pkl", PICKLE, "pickle"),
        ("a.pkl", GZIP, "pickle"),  # joblib does that
        ("a.pkl", ZIP, ""),  # and torch this
        ("a.pickle", pickle.dumps([1], 0), "pickle"),
        ("a.db", b"SQLite format 3\0", ""),
        ("a.sqlite", b"encrypted", ""),
        ("a.2024", PARQUET, "parquet"),
        ("a", PARQUET, "csv"),
        ("a.parquet.part", b"", "parquet"),
    ],
)
def test_a_name_that_is_right_or_promises_nothing_is_not_accused(tmp_path, name, content, wrote):
    (tmp_path / name).write_bytes(content)
    assert why_misnamed(tmp_path / name, wrote) == ""


@pytest.mark.parametrize(
    ("name", "content", "wrote", "found"),
    [
        ("a.parquet", TEXT, "csv", "csv"),
        ("a.parquet", ARROW, "", "arrow"),
        ("a.parquet", b"half a", "", "something else"),
        ("a.feather", PARQUET, "parquet", "parquet"),
        ("a.json.gz", JSON, "json", "json"),
        ("a.csv.xz", GZIP, "csv", "gzip"),
        ("a.csv", PARQUET, "parquet", "parquet"),
        ("a.csv", ZIP, "excel", "zip"),
        ("a.json", PICKLE, "pickle", "pickle"),
        ("a.json", TEXT, "csv", "csv"),
        ("a.csv", JSON, "json", "json"),
        ("a.csv", b"<table>", "html", "html"),
        ("a.html", JSON, "json", "json"),
        ("a.xml", TEXT, "csv", "csv"),
        ("a.pkl", PARQUET, "parquet", "parquet"),
        ("a.pkl", TEXT, "csv", "csv"),
        ("a.txt", b"\x89PNG\r\n", "", "png"),
    ],
)
def test_a_name_that_no_reader_can_go_by_is_told(tmp_path, name, content, wrote, found):
    (tmp_path / name).write_bytes(content)
    suffix = name[name.rindex(".") :]
    assert why_misnamed(tmp_path / name, wrote) == f"its name says {suffix}, and what lies there is {found}"


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.csv", "a,b\n1,2\n3,4", 3),
        ("a.csv", 'a\n"x\ny"\n', 3),  # more lines than records
        ("a.tsv", "a\r1\r2", 3),
        ("a.csv", "a\r\n1\r\n", 2),
        ("a.jsonl", "{}\n{}\n", 2),
        ("a.json", "[1, 2, 3]", 3),
        ("a.json", '{"a": 1}\n{"a": 2}\n', 2),
        ("a.json", json.dumps({"a": {"0": 1}}), None),
        ("a.txt", "a\n", None),
    ],
)
def test_the_rows_of_a_text_are_never_more_than_its_lines_or_items(tmp_path, name, content, rows):
    (tmp_path / name).write_bytes(content.encode())
    assert rows_at_most(tmp_path / name) == rows


def test_a_compressed_file_is_not_counted(tmp_path):
    (tmp_path / "a.csv").write_bytes(GZIP)
    assert rows_at_most(tmp_path / "a.csv") is None


def test_the_rows_of_parquet_stand_in_the_file_itself(tmp_path):
    pandas = pytest.importorskip("pandas")
    pandas.DataFrame({"a": [1, 2]}).to_parquet(tmp_path / "a.parquet")
    import pyarrow.parquet

    assert sys.modules["pyarrow.parquet"] is pyarrow.parquet
    assert rows_at_most(tmp_path / "a.parquet") == 2


def test_lists_and_tables_with_columns_have_rows_and_nothing_else_has():
    pandas = pytest.importorskip("pandas")
    assert rows_of([1, 2]) == 2
    assert rows_of(pandas.DataFrame({"a": [1, 2, 3]})) == 3
    assert [rows_of(one) for one in (pandas.DataFrame(index=[1, 2]), {"a": 1}, "ab", (1, 2), None)] == [None] * 5
