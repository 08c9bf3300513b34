"""What text alone tells: the same as a whole run would say, without Airflow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.project import reading
from tests.test_cli import GOOD, MODULE
from windtunnel.checks import catalogue
from windtunnel.cli import cli
from windtunnel.examples import marked
from windtunnel.settings import Settings
from windtunnel.static import CODES, examine


def static(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["static", *arguments], catch_exceptions=False, standalone_mode=False)


def found(root: Path, **settings: object) -> list[tuple[str, str]]:
    report = examine(Settings(root, **settings))  # type: ignore[arg-type]
    return [(finding.code, str(finding.location)) for finding in report.findings]


@pytest.mark.parametrize("code", ["WT106", "WT213"])
def test_the_failing_examples_are_found_where_a_whole_run_finds_them(repository, code: str) -> None:
    check = next(check for check in catalogue() if check.code == code)
    root = repository(check.failing)

    assert found(root) == [(code, str(place)) for place in marked(code, check.failing)]


@pytest.mark.parametrize("check", [check for check in catalogue() if check.passing], ids=lambda check: check.code)
def test_nothing_is_found_in_a_passing_example(repository, check) -> None:
    assert found(repository(check.passing)) == []


def test_what_is_no_python_is_told_at_its_line(repository) -> None:
    root = repository(
        {"dags/a.py": f"{GOOD}\nx = = 1\n", "modules/b.py": f"{MODULE}\ndef (\n", "dags/util.py": "x = = 1"}
    )

    assert found(root) == [("WT101", "dags/a.py:11")], "nobody knows what a file is that cannot be read"
    assert found(root, modules=("modules",)) == [("WT101", "dags/a.py:11"), ("WT501", "modules/b.py:8")]


def test_a_code_that_no_check_has_is_told_and_one_that_may_be_of_use_is_not(repository) -> None:
    line = "x = 1  # windtunnel: ignore[WT2O1, WT301, WT106]\n"

    assert found(repository({"dags/a.py": f"{GOOD}{line}"})) == [("WT002", "dags/a.py:10")]


def test_a_function_for_other_files_is_not_called_forgotten(repository) -> None:
    text = 'from airflow.sdk import dag\n\n\n@dag(schedule=None)\ndef made():\n    """A DAG."""\n'

    assert found(repository({"dags/a.py": text})) == [("WT106", "dags/a.py:5")]
    assert found(repository({"dags/a.py": text, "dags/b.py": f"{GOOD}from a import made\nmade()\n"})) == []


def test_ignores_files_and_selection_are_honoured(repository) -> None:
    root = repository({"dags/a.py": f"{GOOD}\nx = = 1\n", "dags/b.py": f"{GOOD}\nx = = 1\n"})

    assert found(root, paths=(root / "dags/a.py",)) == [("WT101", "dags/a.py:11")]
    assert found(root, ignore=("WT1",)) == []
    report = examine(Settings(root, per_file_ignores=(("dags/*", ("WT1",)),)))
    assert (report.failed, [finding.suppressed for finding in report.findings]) == (
        False,
        ["per-file-ignores: dags/*"] * 2,
    )


def test_the_door_says_what_it_has_read_and_fails_by_severity(repository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"dags/good.py": GOOD, "dags/bad.py": f"{GOOD}\nx = = 1\n", "dags/util.py": "x = 1"})
    monkeypatch.chdir(root)
    bad = static("dags/bad.py", "dags/good.py")

    assert bad.return_value == 1
    assert bad.output.splitlines()[0].startswith("dags/bad.py:11: error WT101 ")
    assert bad.output.splitlines()[-1] == "windtunnel static: 2 files read, 1 finding"
    assert static("dags/util.py").output == "windtunnel static: 0 files read, 0 findings\n"


def test_neither_airflow_nor_anything_heavy_is_imported(repository) -> None:
    root = repository({"dags/good.py": GOOD, "modules/weather.py": MODULE})
    script = (
        "import sys\nfrom windtunnel.cli import cli\n"
        "cli.main(['static'], standalone_mode=False)\n"
        "print(sorted(set(sys.modules) & {'airflow', 'hamilton', 'hypothesis', 'networkx', 'pandas', 'rich'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=os.environ, capture_output=True, text=True, check=True
    )

    assert done.stdout == "windtunnel static: 2 files read, 0 findings\n[]\n"


def test_the_hooks_are_commands_and_the_checks_exist() -> None:
    hooks = yaml.safe_load((reading.ROOT / ".pre-commit-hooks.yaml").read_text())

    assert [hook["id"] for hook in hooks] == ["windtunnel-static", "windtunnel-check"]
    assert {hook["entry"].split()[1] for hook in hooks} <= set(cli.commands)
    assert set(CODES) <= {check.code for check in catalogue()}
