"""Every command and every snippet of the guide to checks of one's own does what the guide says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_readme import Here
from windtunnel import facts
from windtunnel.own_checks import GROUP
from windtunnel.plan import SUBJECTS
from windtunnel.pools import Pools

TEXT = (Path(__file__).parents[1] / "ci" / "docs" / "write-your-own-check.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository as the guide leaves it, with a DAG that has a team."""
    root = tmp_path_factory.mktemp("guide")
    (check,) = blocks("python")
    passing = check.partition('FAILING = """\\\n')[2].partition('"""')[0].replace('"nightly"', '"team:sales"')
    files = {"windtunnel_checks/unowned_dag.py": check, "pyproject.toml": blocks("toml")[0], "dags/report.py": passing}
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def here(pools: Pools, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(pools, monkeypatch, capsys)


@pytest.mark.parametrize("command", [line for block in blocks("bash") for line in block.splitlines()])
def test_the_commands_succeed(command: str, root: Path, here: Here) -> None:
    if command == "windtunnel test-check":
        words = [sys.executable, "-m", *command.split()]
        done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr, [done.stdout]) == (0, "", blocks("text"))
        return
    status, printed = here.run(command, root)
    assert status == 0, printed
    assert re.search("ACME001|no findings", printed)


def test_the_facts_that_it_names_are_there_and_their_subjects_collected() -> None:
    named = re.findall(r"^\| `(\w+Facts)` \|", TEXT, re.MULTILINE)
    assert len(named) > 9
    assert {getattr(facts, name) for name in named} <= set(SUBJECTS)


def test_the_entry_point_is_of_the_group_that_is_asked_for() -> None:
    assert f'[project.entry-points."{GROUP}"]' in blocks("toml")[1]
