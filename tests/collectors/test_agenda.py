"""Runs that come to one place are kept apart; all others are played side by side."""

from __future__ import annotations

import pytest

from windtunnel.collectors.agenda import Agenda
from windtunnel.collectors.shared_places import CLEARED, LISTED, READ, WRITTEN, Board, Claim
from windtunnel.engine import run
from windtunnel.settings import Settings

DAG_FILE = """\
import time
from pathlib import Path

from airflow.sdk import dag, task


@dag(schedule=None)
def NAME():
    @task
    def load():
        with Path("PLACE").open("a") as file:
            file.write("NAME begins, ")
            file.flush()
            time.sleep(0.3)
            file.write("NAME ends, ")

    load()


NAME()
"""


def test_two_dags_are_never_at_work_at_one_place_at_one_time(pools, tmp_path):
    root, place = tmp_path / "repository", tmp_path / "place.txt"
    (root / "dags").mkdir(parents=True)
    (root / "pyproject.toml").write_text("")
    for name in "abc":
        (root / "dags" / f"{name}.py").write_text(DAG_FILE.replace("NAME", name).replace("PLACE", str(place)))
    report = run(Settings(root, select=("WT301",)), pools=pools)
    assert {one.dag_id: one.state for one in report.runs} == dict.fromkeys("abc", "success")
    turns = place.read_text().split(", ")[:-1]
    assert sorted(turns) == sorted(f"{name} {deed}" for name in "abc" for deed in ("begins", "ends"))
    assert [turn.split()[1] for turn in turns] == ["begins", "ends"] * 3


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ((WRITTEN, "/s/a"), (WRITTEN, "/s/a"), True),
        ((WRITTEN, "/s/a"), (READ, "/s/a"), True),
        ((READ, "/s/a"), (READ, "/s/a"), False),
        ((WRITTEN, "/s/a"), (WRITTEN, "/s/b"), False),
        ((LISTED, "/s"), (WRITTEN, "/s/a"), True),
        ((LISTED, "/s"), (READ, "/s/a"), False),
        ((LISTED, "/s"), (WRITTEN, "/st/a"), False),
        ((CLEARED, "/s"), (READ, "/s/a"), True),
    ],
)
def test_who_can_see_what_the_other_does_clashes_with_him(one, other, clash):
    assert Claim(*one).clashes(Claim(*other)) is Claim(*other).clashes(Claim(*one)) is clash


def test_a_place_is_free_again_when_the_run_that_was_there_has_ended(tmp_path):
    first, second = Board(str(tmp_path), 0), Board(str(tmp_path), 1)
    assert first.is_free(Claim(WRITTEN, "/s/ä\nb"))
    assert not second.is_free(Claim(WRITTEN, "/s/ä\nb"))
    assert second.read() == (frozenset([Claim(WRITTEN, "/s/ä\nb")]), True)
    first.clear()
    second.clear()
    assert second.is_free(Claim(WRITTEN, "/s/ä\nb"))


def played(places, folder, at_a_time, first=()):
    """The numbers in the order in which they are played, a `(` before one that begins and a `)` before one that ends.

    Each run comes to its one place when it is half done.
    """
    agenda, told, at_work = Agenda(places, str(folder), first), [], []
    while not agenda.is_done:
        while len(at_work) < at_a_time and (turn := next(agenda, None)):
            told.append(f"({turn.number}")
            place = Claim(WRITTEN, turn.asked)
            if Board(str(folder), turn.number).is_free(place):
                at_work.append(turn.number)
            else:
                assert not agenda.ended(turn.number)
        ended = at_work.pop(0)
        told.append(f"){ended}")
        assert agenda.ended(ended)
    return told


def test_who_shares_nothing_is_played_side_by_side(tmp_path):
    assert played(["/a", "/b", "/c"], tmp_path, 3) == ["(0", "(1", "(2", ")0", ")1", ")2"]


def test_who_gave_way_is_played_when_the_place_is_free_and_others_meanwhile(tmp_path):
    assert played(["/a", "/a", "/b"], tmp_path, 2) == ["(0", "(1", "(2", ")0", "(1", ")2", ")1"]


def test_many_at_one_place_are_each_begun_at_most_twice(tmp_path):
    told = played(["/a"] * 50, tmp_path, 4)
    begun = [word for word in told if word.startswith("(")]
    assert max(map(begun.count, begun)) <= 2
    assert len([word for word in told if word.startswith(")")]) == 50


def test_who_is_to_be_first_is_waited_for_unless_each_waits_for_the_other(tmp_path):
    assert played(["/a", "/b"], tmp_path, 2, first=[[1], []]) == ["(1", ")1", "(0", ")0"]
    assert played(["/a", "/b"], tmp_path, 2, first=[[1], [0]]) == ["(0", ")0", "(1", ")1"]
