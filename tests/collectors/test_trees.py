"""What lies where a save writes is put back as it was, and what belongs to others is left alone."""

from __future__ import annotations

import os

import pytest

from windtunnel.collectors.trees import Ground


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


@pytest.fixture
def others(tmp_path):
    folder = tmp_path / "others"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.txt", "strange.txt", "deep/strange.txt"):
        (folder / name).write_text("old")
    return folder


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_all_is_put_back_with_its_age_and_its_permissions(own):
    (own / "deep").mkdir()
    (own / "deep" / "kept.txt").write_text("kept")
    (own / "changed.txt").write_text("old")
    (own / "changed.txt").chmod(0o640)
    (own / "link").symlink_to("changed.txt")
    ground = Ground((str(own),))
    before, before_names, age = ground.tree(), names(own), (own / "changed.txt").stat().st_mtime_ns
    (own / "changed.txt").write_text("new, and longer")
    (own / "link").unlink()
    (own / "deep" / "kept.txt").unlink()
    (own / "deep").rmdir()
    (own / "more").mkdir()
    (own / "more" / "b.txt").write_text("b")
    after = ground.restore(before)
    assert names(own) == before_names
    assert (own / "changed.txt").read_text() == "old"
    assert (own / "changed.txt").stat().st_mtime_ns == age
    assert (own / "changed.txt").stat().st_mode & 0o777 == 0o640
    assert (own / "link").readlink().name == "changed.txt"
    assert before.read(str(own / "link")) == b"old"
    assert {path: entry.content for path, entry in after.files.items()} == {
        path: entry.content for path, entry in before.files.items()
    }


def test_a_file_that_is_written_with_what_it_held_has_changed(own):
    (own / "a.txt").write_text("same")
    ground = Ground((str(own),))
    before = ground.tree()
    os.utime(own / "a.txt", ns=(1, 1))
    assert ground.tree().changed(before) == [str(own / "a.txt")]


def test_in_folders_of_others_only_what_belongs_to_the_file_is_seen_and_put_back(others):
    ground = Ground((), set())
    ground.add([str(others / "a.txt")])
    before = ground.tree()
    (others / "a.txt").write_text("new")
    (others / "strange.txt").write_text("theirs")
    (others / "deep" / "strange.txt").unlink()
    (others / "made.csv").write_text("theirs")
    (others / ".a.txt.1f2e.aside").mkdir()
    (others / ".a.txt.1f2e.aside" / "a.txt").write_text("ours")
    assert sorted(os.path.relpath(path, others) for path in ground.tree().changed(before)) == [
        ".a.txt.1f2e.aside/a.txt",
        "a.txt",
    ]
    ground.restore(before)
    assert names(others) == ["a.txt", "deep", "made.csv", "strange.txt"]
    assert (others / "a.txt").read_text() == "old"
    assert (others / "strange.txt").read_text() == "theirs"


def test_a_folder_that_somebody_names_is_not_taken_for_a_save(others):
    ground = Ground((), set())
    ground.add([str(others), "/", ""])
    assert ground.tree().files == {}
    ground.add([str(others)], whole=True)
    assert len(ground.tree().files) == 3
