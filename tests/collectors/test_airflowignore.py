"""Patterns of an .airflowignore that hide files by a part of their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from windtunnel.collectors.airflowignore import IgnoreRule, hidden_in


def cuts(pattern: str, name: str) -> bool:
    return IgnoreRule(None, None, False, pattern, Path(".airflowignore"), 1).cuts_a_word_of(Path(name))


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*test*", "latest.py"),
        ("*test*", "contest_x.py"),
        ("team/*old.py", "threshold.py"),
    ],
)
def test_a_part_of_a_word_was_hardly_meant(pattern, name):
    assert cuts(pattern, name)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("test_*", "test_a.py"),
        ("draft*", "drafts_of_a.py"),
        ("*test*", "ab_testing.py"),
        ("old*", "oldest.py"),
        ("*_old.py", "a_old.py"),
        ("dev*", "dev1.py"),
        ("*.py", "a.py"),
        ("*", "a.py"),
        ("latest.py", "latest.py"),
        ("lat[e]st*", "latest.py"),
        ("*Draft*", "myDraft.py"),
    ],
)
def test_whole_words_and_whole_names_are_meant(pattern, name):
    assert not cuts(pattern, name)


def test_what_is_hidden_is_told_with_the_line_that_hides_it(repository):
    root = repository(
        {
            "dags/.airflowignore": "# why\nsub/ # all\n*.txt\n!kept.txt\n",
            "dags/sub/a.py": "",
            "dags/a.txt": "",
            "dags/kept.txt": "",
            "dags/b.py": "",
        }
    )
    told = {(path.name, rule.text, rule.line) for path, rule in hidden_in(root / "dags")}
    assert told == {("sub", "sub/", 2), ("a.txt", "*.txt", 3)}
