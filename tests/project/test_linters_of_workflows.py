"""Workflows and actions by the tools that pre-commit runs on them: ours, and those that we give to others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.project import reading
from windtunnel.commands.init import WORKFLOW, proposal
from windtunnel.settings import Settings

HOOKS = ("check-github-workflows", "check-github-actions", "zizmor")
GUIDE = (reading.ROOT / "ci" / "docs" / "continuous-integration.md").read_text(encoding="utf-8")
# Who uses the action pins it by its commit, which this repository cannot know of itself.
PINNED = GUIDE.replace("<owner>/windtunnel/ci/action@v1", f"owner/windtunnel/ci/action@{'0' * 40}")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PINNED, re.MULTILINE | re.DOTALL)


def linted(hook: str, *files: Path) -> subprocess.CompletedProcess[str]:
    """What the hook says of these files."""
    return said(reading.hooks()[hook]["entry"], *files)


def said(command: str, *files: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    words = [*command.split(), *map(str, files)]
    return subprocess.run(words, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)


def files_for(hook: str) -> list[Path]:
    """The files of this repository that the hook is for."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=reading.ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [reading.ROOT / path for path in listed if re.search(reading.hooks()[hook]["files"], path)]


@pytest.mark.parametrize("hook", HOOKS)
def test_what_is_here_is_in_order(hook: str) -> None:
    files = files_for(hook)
    done = linted(hook, *files)

    assert files
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_is_for_the_action_too() -> None:
    assert reading.ROOT / "ci" / "action" / "action.yml" in files_for("zizmor")


def test_what_init_writes_and_what_the_guide_gives_is_in_order(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    proposal(Settings(tmp_path), "windtunnel==1").write()
    folder = (tmp_path / WORKFLOW).parent
    workflows = [block for block in BLOCKS if "\njobs:\n" in block]
    for number, block in enumerate(workflows):
        (folder / f"guide-{number}.yml").write_text(block, encoding="utf-8")

    assert len(workflows) == 3
    for hook in ("check-github-workflows", "zizmor"):
        done = linted(hook, *sorted(folder.iterdir()))
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_of_the_guide_is_that_which_init_writes(tmp_path: Path) -> None:
    for file in ("pyproject.toml", "requirements.txt"):
        (tmp_path / file).touch()
    written = proposal(Settings(tmp_path), "windtunnel").new[WORKFLOW]
    here = f'python-version: "{sys.version_info[0]}.{sys.version_info[1]}"'
    told = [yaml.safe_load(block.replace('python-version: "3.13"', here)) for block in BLOCKS]

    assert yaml.safe_load(written) in told


def test_the_job_for_gitlab_is_one(tmp_path: Path) -> None:
    (block,) = (text for text in BLOCKS if "\n  script:\n" in text)
    (tmp_path / "job.yml").write_text(block, encoding="utf-8")
    done = said("check-jsonschema --builtin-schema vendor.gitlab-ci", tmp_path / "job.yml")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("hook", ["check-github-actions", "zizmor"])
def test_a_fault_is_seen(hook: str, tmp_path: Path) -> None:
    text = (reading.ROOT / "ci" / "action" / "action.yml").read_text(encoding="utf-8")
    (tmp_path / "action.yml").write_text(
        text.replace('run: exit "$STATUS"', "run: exit ${{ inputs.paths }}\n      x: y")
    )

    assert linted(hook, tmp_path / "action.yml").returncode != 0
