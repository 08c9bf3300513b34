"""The owner's ignore comments: which are honoured, and what only looks like one."""

from __future__ import annotations

import pytest

from windtunnel.collectors.ignores import Ignore, ignore_reason, ignores_in


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x = 1  # windtunnel: ignore[WT201] wide on purpose", "wide on purpose"),
        ("x = 1  # windtunnel: ignore[WT202, wt201]", "no reason given"),
        ("x = 1  # windtunnel: ignore[WT202] other", ""),
        ("x = 1  # noqa: WT201", "no reason given"),
        ("x = 1  # NOQA:wt201", "no reason given"),
        ("x = 1  # noqa: E501, WT201 the schedule is theirs", "no reason given"),
        ("x = 1  # noqa: E501 WT201", "no reason given"),
        ("x = 1  # noqa: E501  # windtunnel: ignore[WT201] theirs", "theirs"),
        ("x = 1  # noqa: WT2011", ""),
        ("x = 1  # noqa", ""),
        ("x = 1  # noqa WT201", ""),
        ("x = 1", ""),
    ],
)
def test_an_ignore_comment_silences_the_codes_that_it_names(line: str, reason: str) -> None:
    assert ignore_reason(line, "WT201") == reason


def test_comments_are_found_with_their_lines_and_strings_are_none() -> None:
    source = b'''"""Write `# windtunnel: ignore[WT201]` on the line."""
with DAG(  # windtunnel: ignore[WT201, WT202] theirs
    "# noqa: WT203",
):  # noqa: E501, WT204
    ...
'''
    assert ignores_in(source) == (
        Ignore(2, "WT201", "theirs", noqa=False),
        Ignore(2, "WT202", "theirs", noqa=False),
        Ignore(4, "E501", "no reason given", noqa=True),
        Ignore(4, "WT204", "no reason given", noqa=True),
    )


@pytest.mark.parametrize("source", [b"", b"(# noqa: WT201", b"\xff\xfe# noqa: WT201", b"'''# noqa: WT201"])
def test_what_is_not_python_has_no_comments(source: bytes) -> None:
    assert ignores_in(source) == ()
