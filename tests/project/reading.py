"""What the project's own files say, read the same way by every test in this folder."""

import re
import runpy
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "ci" / "constraints"


@cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def requirements() -> list[Requirement]:
    """What windtunnel depends on, in every extra too."""
    project = pyproject()["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for texts in (project["dependencies"], *extras) for text in texts]


@cache
def workflow() -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())


@cache
def hooks() -> dict[str, dict[str, Any]]:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    return {hook["id"]: hook for repository in config["repos"] for hook in repository["hooks"]}


def hooks_offered() -> list[str]:
    """The ids of the hooks that this repository offers to others."""
    return [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())]


@cache
def tox_environments() -> tuple[str, ...]:
    """Every environment that tox offers, asked of tox itself; without `requires`, so that nothing is installed."""
    command = [sys.executable, "-m", "tox", "list", "-q", "--no-desc", "-x", "tox.requires="]
    return tuple(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


@cache
def compiler() -> dict[str, Any]:
    """The names that ci/constraints/compile.py defines."""
    return runpy.run_path(str(CONSTRAINTS / "compile.py"))


def pins(file: str) -> dict[str, str]:
    lines = (CONSTRAINTS / file).read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def requirements_in() -> set[str]:
    lines = (CONSTRAINTS / "requirements.in").read_text().splitlines()
    return {Requirement(line).name for line in lines if line and not line.startswith("#")}


def readme_blocks() -> list[list[str]]:
    """The lines of each fenced code block of README.md."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    return [block.splitlines() for block in blocks]
