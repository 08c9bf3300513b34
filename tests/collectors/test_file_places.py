"""What a task has changed is put back, and places are told apart: no Airflow is needed for that."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace

import pytest

from windtunnel.collectors.file_places import is_inside, is_unread, print_of
from windtunnel.collectors.source_tree import without_ignored
from windtunnel.collectors.stale import kept, stale_reads
from windtunnel.collectors.tree_keeper import TreeKeeper
from windtunnel.facts import FileUseFacts, Occasion, VisitFacts
from windtunnel.findings import Location

HERE = Location("dags/a.py", 3)


def test_the_tree_is_as_it_was_whatever_was_done_to_it(tmp_path):
    root, own = tmp_path / "root", tmp_path / "runs" / "own"
    (root / "empty").mkdir(parents=True)
    own.mkdir(parents=True)
    for name in ("a", "b", "c", "d"):
        (root / name).write_text(name)
    (root / "link").symlink_to("a")
    before = {path: path.read_text() if path.is_file() else "" for path in root.rglob("*")}
    keeper = TreeKeeper(root, own)
    keeper.begin()
    (root / "a").write_text("changed")
    (root / "b").unlink()
    (root / "c").rename(root / "e")
    (root / "d").chmod(0o600)
    (root / "link").unlink()
    (root / "empty").rmdir()
    (root / "new" / "deep").mkdir(parents=True)
    (root / "new" / "deep" / "file").write_text("new")
    keeper.put_back()
    assert {path: path.read_text() if path.is_file() else "" for path in root.rglob("*")} == before
    assert (root / "link").is_symlink()
    (root / "a").write_text("mine")
    keeper.put_back()


def test_a_place_that_the_environment_names_is_not_inside(tmp_path, monkeypatch):
    path = str(tmp_path / "data" / "a.csv")
    assert is_inside(path, tmp_path)
    assert not is_inside(str(tmp_path / ".cache" / "a.csv"), tmp_path)
    assert not is_inside("/elsewhere/a.csv", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "data"))
    monkeypatch.setenv("SOMEBODYS_HOME", str(tmp_path))
    assert is_inside(path, tmp_path)
    monkeypatch.setenv("DATA_ROOT", f"{tmp_path}/data/")
    assert not is_inside(path, tmp_path)


def test_a_place_that_a_connection_names_is_not_inside(tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_LAKE", f'{{"conn_type": "fs", "extra": {{"path": "{tmp_path}/data"}}}}')
    assert not is_inside(str(tmp_path / "data" / "a.csv"), tmp_path)
    assert is_inside(str(tmp_path / "dags" / "a.csv"), tmp_path)


def test_what_git_ignores_is_not_inside(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("data/\n")
    use = FileUseFacts("save", str(tmp_path / "data" / "a.csv"), HERE, writes=True, inside=True)
    other = replace(use, path=str(tmp_path / "dags" / "a.csv"))
    assert without_ignored([use, other], tmp_path) == (replace(use, inside=False), other)


def test_a_print_stands_for_the_content(tmp_path):
    one, same, other, empty = (tmp_path / name for name in ("one", "same", "other", "empty"))
    for file, text in ((one, "1"), (same, "1"), (other, "2"), (empty, "")):
        file.write_text(text)
    assert print_of(str(one)) == print_of(str(same)) != print_of(str(other))
    assert print_of(str(empty)) == print_of(str(tmp_path)) == print_of(str(tmp_path / "none")) == ""


def test_what_was_read_is_not_unread(tmp_path):
    file = tmp_path / "a"
    file.write_text("1")
    os.utime(file, ns=(10**18, 10**18))
    assert is_unread(str(file))
    os.utime(file, ns=(10**18 + 1, 10**18))
    assert not is_unread(str(file))
    assert not is_unread(str(tmp_path / "none"))


def visits(path, *later):
    wrote = FileUseFacts("fetch", path, HERE, writes=True, replaces=True, at=1.0)
    read = FileUseFacts("add", path, HERE, at=2.0)
    first = VisitFacts(Occasion.DATED, "2026-10-12", uses=(wrote, read), marks=("2026-10-12", "2026-10-13"))
    marks = ("2026-10-13", "2026-10-14")
    return first, VisitFacts(Occasion.DATED, "2026-10-13", uses=later or (read,), marks=marks)


@pytest.mark.parametrize(
    ("text", "is_stale"),
    [
        ("2026-10-12: 7", True),
        ("2026-10-12 2026-10-13: 7", False),
        ("2026-10-14", False),
        ("seven", False),
        ("", False),
    ],
)
def test_a_file_is_stale_that_has_the_date_of_the_other_run_and_not_its_own(tmp_path, text, is_stale):
    file = tmp_path / "a.txt"
    file.write_text(text)
    first, later = visits(str(file))
    assert list(stale_reads(first, later)) == ([str(file)] if is_stale else [])
    assert list(stale_reads(first, first)) == []


def test_state_that_is_read_before_it_is_written_is_meant(tmp_path):
    first, later = visits(str(tmp_path / "a.txt"))
    early = replace(first, uses=(*first.uses, replace(first.uses[1], at=0.5)))
    assert len(list(kept(first, later))) == 1
    assert list(kept(early, later)) == []
    assert list(kept(first, replace(later, uses=first.uses))) == []
    assert list(kept(None, later)) == []
