"""Which outputs speak of the date of their run, and which of the clock's."""

from __future__ import annotations

import pytest

from windtunnel.collectors.stale import clock_outputs, dated_outputs, stale_reads
from windtunnel.facts import FileUseFacts, Occasion, VisitFacts
from windtunnel.findings import Location

LINE = Location("dags/a.py", 3)


def visit_with(*paths, **more):
    uses = tuple(FileUseFacts("t", str(path), LINE, writes=True, replaces=True, left=True) for path in paths)
    marks = ("scheduled__2026-10-13", "2026-10-13", "20261013")
    return VisitFacts(Occasion.DATED, "2026-10-13", "success", uses=(*uses, *more.pop("reads", ())), marks=marks)


@pytest.fixture
def write(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # its own path has digits, which may tell dates apart

    def write(name, text):
        (tmp_path / name).write_text(text)
        return name

    return write


@pytest.mark.parametrize(
    ("name", "text", "day"),
    [
        ("a-2026-11-22.txt", "7", "2026-11-22"),
        ("a-20261121.txt", "2026-10-13: 7", "2026-11-21"),
        ("a-2026-10-13.txt", "of 2026-11-21", "2026-11-21"),
        ("a-2026-10-13.txt", "of 2026-10-13, made 2026-11-21", ""),
        ("a.txt", "made at 2026-11-22T10:00:00", ""),
        ("a.txt", "made at 2026-11-22 10:00", ""),
        ("a.txt", "2026-11-22 and 2025-01-01", ""),
        ("a.txt", "7", ""),
        ("a.txt", "120261122", ""),
    ],
)
def test_what_speaks_of_the_clocks_date_alone_is_told(write, name, text, day):
    visit = visit_with(write(name, text))
    assert list(clock_outputs(visit, "2026-11-22")) == ([(name, day)] if day else [])


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("totals.txt", "2026-10-13: 7", True),
        ("totals.txt", "7", False),
        ("totals-2026-10-13.txt", "2026-10-13: 7", False),
        ("totals-week42.txt", "2026-10-13: 7", False),
        ("monday.txt", "2026-10-13: 7", False),
    ],
)
def test_what_has_its_date_in_the_text_alone_is_told(write, name, text, told):
    assert list(dated_outputs(visit_with(write(name, text)))) == [name] * told


def test_an_object_of_a_store_that_holds_the_date_of_another_run_is_stale():
    place = "s3://bucket/numbers.txt"
    made = FileUseFacts("t", place, LINE, writes=True, replaces=True, left=True, at=1.0)
    read = FileUseFacts("t", place, LINE, at=2.0, dates="2026-10-13")
    first = VisitFacts(Occasion.DATED, "2026-10-13", "success", uses=(made, read), marks=("2026-10-13",))
    later = VisitFacts(Occasion.DATED, "2026-10-14", "success", uses=(read,), marks=("2026-10-14",))
    assert list(stale_reads(first, later)) == [place]
