"""`windtunnel init`: what it adds to repositories of many kinds, and that it takes nothing and asks first."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.test_cli import GOOD, MODULE
from windtunnel.cli import cli
from windtunnel.commands.init import HOOKS, PYPROJECT, WORKFLOW, proposal
from windtunnel.errors import UsageError
from windtunnel.settings import Settings
from windtunnel.settings_file import read_pyproject

CONFIG = """\
# Ours.
default_stages: [pre-commit]
repos:
- repo: https://github.com/astral-sh/ruff-pre-commit
  rev: v0.1.0
  hooks:
  - id: ruff
    args: [--fix]  # always

# The end.
ci:
  autofix_prs: false
"""


@pytest.fixture
def root(repository, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a DAG and a module; the tests stand in it."""
    folder = repository({"dags/good.py": GOOD, "modules/weather.py": MODULE})
    monkeypatch.chdir(folder)
    return folder


def init(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["init", *arguments], catch_exceptions=False)


def new(root: Path) -> dict[str, str]:
    return dict(proposal(Settings(root), "windtunnel==1").new)


def test_it_shows_a_diff_and_writes_nothing_where_nobody_can_be_asked(root: Path) -> None:
    with pytest.raises(UsageError, match="nothing written: there is nobody to ask; --yes writes"):
        init()
    assert sorted(path.name for path in root.iterdir()) == ["dags", "modules", "pyproject.toml"]
    assert (root / "pyproject.toml").read_text() == ""


def test_with_consent_it_writes_what_it_has_shown_and_then_has_nothing_to_add(root: Path) -> None:
    (root / "requirements.txt").write_text("apache-airflow==3.3.2\n")
    done = init("--yes", "--requirement", "windtunnel @ file:///srv/x")

    assert done.exit_code == 0
    assert "+++ b/.github/workflows/windtunnel.yml\n" in done.output
    assert "+[tool.windtunnel]\n" in done.output
    assert "windtunnel @ file:///srv/x'" in (root / WORKFLOW).read_text()
    assert "pip install -r requirements.txt " in (root / WORKFLOW).read_text()
    assert done.output.endswith(f"written: {PYPROJECT}, {HOOKS}, {WORKFLOW}\n")
    assert init("--yes").output.endswith("nothing to add\n")
    assert f"{HOOKS}: left as it is: windtunnel is there already" in init("--yes").output


def test_the_settings_that_it_writes_are_settings(root: Path) -> None:
    (root / "pyproject.toml").write_text('[project]\nname = "x"')
    text = new(root)[PYPROJECT]
    (root / "pyproject.toml").write_text(text)

    assert text.startswith('[project]\nname = "x"\n\n[tool.windtunnel]\n')
    assert list(read_pyproject(root)) == ["fail_on"]
    assert PYPROJECT not in new(root)


def test_the_hook_is_for_the_files_that_would_be_checked(root: Path) -> None:
    config = yaml.safe_load(new(root)[HOOKS])
    (hook,) = config["repos"][0]["hooks"]

    assert hook["files"] == r"^(dags|modules)/.*\.py$"
    assert hook["entry"] == "windtunnel static"


@pytest.mark.parametrize(
    "config",
    [
        CONFIG,
        CONFIG.replace("- repo", "  - repo")
        .replace("  rev", "    rev")
        .replace("  hooks", "    hooks")
        .replace("  - id", "      - id")
        .replace("    args", "        args"),
        CONFIG.partition("\n# The end.")[0].rstrip("\n"),
        "repos:\n  - repo: local\n    hooks:\n      - id: a\n        name: |\n          text\n          more\n",
    ],
)
def test_a_hook_is_added_behind_the_others_which_stay_as_they_are(root: Path, config: str) -> None:
    (root / HOOKS).write_text(config)
    text = new(root)[HOOKS]
    after, before = yaml.safe_load(text), yaml.safe_load(config)

    assert after["repos"][:-1] == before["repos"]
    assert after["repos"][-1]["hooks"][0]["id"] == "windtunnel-static"
    assert {**after, "repos": 0} == {**before, "repos": 0}
    changes = difflib.ndiff(config.splitlines(), text.splitlines())
    assert [line for line in changes if line.startswith("- ")] == []


@pytest.mark.parametrize("config", ["repos: []\n", "repos: [{repo: meta, hooks: [{id: identity}]}]\n", "[1]\n", "{\n"])
def test_a_configuration_that_is_unusual_is_left_alone(root: Path, config: str) -> None:
    (root / HOOKS).write_text(config)
    proposed = proposal(Settings(root), "windtunnel==1")

    assert HOOKS not in proposed.new
    assert proposed.left_alone == (f"{HOOKS}: left as it is: its form is unusual; add the hook by hand",)


def test_a_workflow_of_that_name_is_never_overwritten(root: Path) -> None:
    (root / WORKFLOW).parent.mkdir(parents=True)
    (root / WORKFLOW).write_text("name: mine\n")

    assert WORKFLOW not in new(root)


def test_the_workflow_asks_for_no_more_than_it_needs_and_runs_the_check(root: Path) -> None:
    workflow = yaml.safe_load(new(root)[WORKFLOW])
    job = workflow["jobs"]["check"]
    runs = [step["run"] for step in job["steps"] if "run" in step]

    assert (workflow["permissions"], job["permissions"]) == ({}, {"contents": "read"})
    assert runs[0] == "python -m pip install 'apache-airflow>=3.1,<3.4' windtunnel==1"
    assert runs[1] == 'windtunnel check --format github --report markdown="$GITHUB_STEP_SUMMARY"'
    assert all(len(step["uses"].partition("@")[2]) == 40 for step in job["steps"] if "uses" in step)
    assert f'"{sys.version_info[0]}.{sys.version_info[1]}"' in new(root)[WORKFLOW]
