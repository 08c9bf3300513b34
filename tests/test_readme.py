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
BLOCKS = re.findall(r"^```bash\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS[2:] for line in block.splitlines()]
RUN_HERE = [command for command in COMMANDS if command.startswith(("windtunnel ", "pytest "))]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a fresh clone holds of the examples."""
    root = tmp_path_factory.mktemp("clone")
    for folder in ("dags", "modules"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.mark.parametrize("command", RUN_HERE)
def test_a_command_of_readme_succeeds_on_the_examples(command: str, copy: Path) -> None:
    words = [sys.executable, "-m", *shlex.split(command)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(words, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_other_command_of_readme_is_a_tox_environment_that_exists() -> None:
    for command in (command for command in COMMANDS if command not in RUN_HERE):
        program, verb, option, environment = shlex.split(command)
        assert (program, verb, option) == ("tox", "run", "-e")
        assert environment in tox_environments()
