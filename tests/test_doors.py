"""The commands beside `check`: what they say, and what they leave alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from windtunnel.checks import catalogue
from windtunnel.cli import cli, main
from windtunnel.errors import UsageError
from windtunnel.settings import options


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository without anything in it; the tests stand in it."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def windtunnel(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def test_checks_are_listed_by_block_with_what_is_left_out(root: Path) -> None:
    (root / "pyproject.toml").write_text('[tool.windtunnel]\nignore = ["WT202"]\n')
    lines = windtunnel("checks").output.splitlines()

    assert re.findall(r"WT\d{3}", "\n".join(lines)) == [check.code for check in catalogue()]
    assert "the DAG's structure:" in lines
    assert any(re.match(r"  WT201  warning  low-linearity  +DAG with low linearity", line) for line in lines)
    assert any(line.startswith("- WT202  warning  excessive-width ") for line in lines)
    number = len(catalogue())
    assert lines[-1] == (
        f"{number - 1} of {number} checks selected, 1 left out (-); windtunnel explain CODE tells more"
    )
    assert "WT301" in windtunnel("checks", "--select", "WT301").output
    with pytest.raises(UsageError, match="unknown check 'WT9'"):
        windtunnel("checks", "--select", "WT9")


def test_settings_are_listed_with_where_each_comes_from(root: Path) -> None:
    (root / "pyproject.toml").write_text(
        '[tool.windtunnel]\njobs = 3\nseed = 7\nreport = ["json=out.json"]\nfail-on = "warning"\n'
        '[tool.windtunnel.per-file-ignores]\n"dags/*" = ["WT2"]\n'
        '[[tool.windtunnel.budgets]]\ntag = "old"\nmax-width = 9\n'
    )
    lines = windtunnel("settings", "--jobs", "4").output.splitlines()

    assert lines[0] == f"root = {root}"
    assert "jobs = 4  (--jobs)" in lines
    assert "seed = 7  (pyproject.toml [tool.windtunnel])" in lines
    assert f'report = ["json={root}/out.json"]  (pyproject.toml [tool.windtunnel])' in lines
    assert 'per-file-ignores = {"dags/*": ["WT2"]}  (pyproject.toml [tool.windtunnel])' in lines
    assert 'budgets = [{"tag": "old", "max-width": 9}]  (pyproject.toml [tool.windtunnel])' in lines
    assert 'fail-on = "warning"  (pyproject.toml [tool.windtunnel])' in lines
    assert "timeout = 120.0  (default)" in lines
    assert [line.split(" = ")[0] for line in lines[1:]] == [option.key for option in options() if not option.asked]


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("windtunnel expl", ["explain"]),
        ("windtunnel explain WT00", ["WT001", "WT002"]),
        ("windtunnel check --select WT1,WT00", ["WT1,WT001", "WT1,WT002"]),
        ("windtunnel check --format s", ["sarif"]),
        ("windtunnel check --update", ["--update-baseline"]),
    ],
)
def test_the_shell_completes_commands_options_and_codes(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, completed: list[str]
) -> None:
    monkeypatch.setenv("_WINDTUNNEL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    with pytest.raises(SystemExit):
        main()

    assert [line.partition(",")[2] for line in capsys.readouterr().out.splitlines()] == completed


def test_the_help_says_how_to_get_completion() -> None:
    assert 'eval "$(_WINDTUNNEL_COMPLETE=bash_source windtunnel)"' in windtunnel("--help").output
