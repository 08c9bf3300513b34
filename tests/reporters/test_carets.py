"""What is underlined in a line of code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reporters.reports import CLEAN, TASK_FAILED
from windtunnel.reporters import render
from windtunnel.reporters.carets import span

BARE = replace(TASK_FAILED, dag_id="", task_id="", node="")


@pytest.mark.parametrize(
    ("line", "names", "marked"),
    [
        ('    x = Op(task_id="load", retries=0)', {"task_id": "load"}, '"load"'),
        ("    def load() -> None:", {"task_id": "group.load"}, "load"),
        ("def share(x: int) -> int:", {"node": "share.part"}, "share"),
        ('with DAG("daily", schedule=None):', {"dag_id": "daily", "task_id": "load"}, '"daily"'),
        ("    reload(1)  # twice", {"task_id": "load"}, "reload(1)"),
        ('x = "#1"  # a comment with load', {"task_id": "load"}, 'x = "#1"'),
        ("# only a comment", {}, "# only a comment"),
        ('    schedule="@daily",  # nightly', {}, 'schedule="@daily",'),
        ("    '''an open string", {}, "'''an open string"),
    ],
)
def test_the_name_is_marked_or_else_the_code(line: str, names: dict[str, str], marked: str) -> None:
    start, end = span(line, replace(BARE, **names))

    assert line[start:end] == marked


def lines(source: str, width: int = 80) -> list[str]:
    text = render(replace(CLEAN, findings=(replace(BARE, source=source),)), "full", width=width)
    return [line for line in text.splitlines() if " │ " in line or line.endswith("^")]


def test_carets_stand_below_what_they_mark() -> None:
    assert lines("\tx = 1  # one") == [
        "    14 │     x = 1  # one",
        "       │     ^^^^^",
    ]
    assert lines("数 = 1") == ["    14 │ 数 = 1", "       │ ^^^^^^"]


def test_a_line_that_is_folded_has_no_carets() -> None:
    assert not any("^" in line for line in lines("x = " + "1 + " * 40 + "1"))
