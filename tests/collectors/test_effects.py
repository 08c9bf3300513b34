"""What is remembered of the effects of a run; that connections are refused is shown in test_runs."""

from __future__ import annotations

from windtunnel.collectors.effects import Effects


def test_a_file_is_followed_through_the_renames_of_it_and_of_its_folders(tmp_path):
    renamed = {
        str(tmp_path / "stage" / "a.json"): str(tmp_path / "stage" / "b.json"),
        str(tmp_path / "stage"): str(tmp_path / "done"),
    }
    assert Effects(renamed=renamed).now_at(tmp_path / "stage" / "a.json") == tmp_path / "done" / "b.json"


def test_a_file_that_lies_there_again_is_not_followed(tmp_path):
    (tmp_path / "a.json").touch()
    effects = Effects(renamed={str(tmp_path / "a.json"): str(tmp_path / "b.json")})
    assert effects.now_at(tmp_path / "a.json") == tmp_path / "a.json"


def test_files_that_were_renamed_in_a_circle_are_followed_to_an_end(tmp_path):
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    assert Effects(renamed={a: b, b: a}).now_at(tmp_path / "a").parent == tmp_path
