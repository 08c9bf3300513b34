"""Every command that README gives does what README says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.reading import tox_environments

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [block.splitlines() for block in re.findall(r"^```bash\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)][2:]
RUN_HERE = [block for block in BLOCKS if block[0].startswith(("windtunnel ", "pytest "))]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one of the examples: all of them are checked elsewhere, and take minutes."""
    root = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "modules" / "how_to", root / "modules" / "how_to", ignore=shutil.ignore_patterns("*.pyc"))
    (root / "dags").mkdir()
    for file in ("dags/hamilton_how_to.py", "modules/__init__.py", "modules/atomic_savers.py", "pyproject.toml"):
        shutil.copy(ROOT / file, root / file)
    return root


@pytest.mark.parametrize("commands", RUN_HERE, ids=lambda block: block[0])
def test_the_commands_of_readme_succeed_on_the_examples_one_after_the_other(commands: list[str], copy: Path) -> None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    for command in commands:
        words = [sys.executable, "-m", *shlex.split(command)]
        done = subprocess.run(words, cwd=copy, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_every_other_command_of_readme_is_a_tox_environment_that_exists() -> None:
    for command in (command for block in BLOCKS if block not in RUN_HERE for command in block):
        program, verb, option, environment = shlex.split(command)
        assert (program, verb, option) == ("tox", "run", "-e")
        assert environment in tox_environments()


def test_the_fixture_of_readme_runs_a_dag_of_the_examples(copy: Path) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    (copy / "test_example.py").write_text(example, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_example.py"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_fixtures_of_readme_are_understood(copy: Path) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    (copy / "windtunnel.d").mkdir()
    (copy / "windtunnel.d" / "example.yaml").write_text(example.replace("weather_*", "hamilton_*"), encoding="utf-8")
    command = [sys.executable, "-m", "windtunnel", "check", "--select", "WT307", "--quiet"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    shutil.rmtree(copy / "windtunnel.d")
    assert done.returncode in (0, 1), done.stderr
