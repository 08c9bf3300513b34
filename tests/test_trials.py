"""Doors to single functions: a finding as a test, and what could be declared."""

from __future__ import annotations

import pytest

from windtunnel.commands.trials import suggestions, written_test
from windtunnel.errors import UsageError
from windtunnel.settings import Settings

MODULE = """\
from hamilton.function_modifiers import tag


@tag(stage="features")
def share(part: int, whole: int) -> float:
    return part / whole


def cleaned(text: str) -> str:
    return text.strip()
"""


def test_a_finding_is_written_as_a_test_by_its_code_or_name_and_its_node(repository):
    root = repository({"modules/prices.py": MODULE})
    text = written_test(Settings(root), "unexpected-exception:share")
    assert "from modules.prices import share" in text
    assert "def test_share_does_not_raise():" in text


def test_what_could_be_declared_is_told_as_lines_of_the_tag(repository):
    root = repository({"modules/prices.py": MODULE})
    assert list(suggestions(Settings(root), root / "modules/prices.py")) == [
        'modules/prices.py:9 cleaned (held on 100 inputs)\n    @tag(windtunnel="idempotent")\n'
    ]


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        ("WT105:share", "write-test WT105:share: name a finding of a property as CODE:NODE, such as WT601:share"),
        ("WT601", "write-test WT601: name a finding of a property as CODE:NODE"),
        ("WT6001:share", "write-test WT6001:share: unknown check 'WT6001', did you mean "),
    ],
)
def test_what_is_no_finding_of_a_property_is_wrong_usage(tmp_path, finding, said):
    with pytest.raises(UsageError) as told:
        written_test(Settings(tmp_path), finding)
    assert str(told.value).startswith(said)
