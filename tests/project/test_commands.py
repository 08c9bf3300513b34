"""The two commands of README.md, and .ci/run, which runs the second."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.project import reading


def test_readme_gives_the_two_commands_first_one_line_each() -> None:
    check, tests = reading.readme_blocks()[:2]
    assert [len(check), len(tests)] == [1, 1]
    assert _environment(check[0]) == "check"
    assert _environment(tests[0]) == "tests"


def test_readme_names_environments_that_tox_knows() -> None:
    lines = [line for block in reading.readme_blocks() for line in block if re.search(r"\btox\b.* -e ", line)]
    assert {_environment(line) for line in lines} <= set(reading.tox_environments())


def _environment(line: str) -> str:
    return re.search(r"\btox run .*-e (\S+)", line).group(1)


def test_ci_run_runs_the_second_command_of_readme_from_nothing(tmp_path: Path) -> None:
    done = _ci_run(tmp_path, "first", 'python3 -c "import sys; print(*sys.version_info[:2])" > second; ls -A')
    assert done.returncode == 0
    assert done.stdout.split() == [".ci", "README.md", "second"], "neither the first command nor the old .tox"
    assert (tmp_path / "second").read_text().split() in [["3", minor] for minor in ("10", "11", "12", "13")]


def test_ci_run_fails_as_the_command_fails(tmp_path: Path) -> None:
    assert _ci_run(tmp_path, "true", "true && sh -c 'exit 7'").returncode == 7


def test_ci_run_fails_without_a_second_command(tmp_path: Path) -> None:
    done = _ci_run(tmp_path, "true", "")
    assert done.returncode != 0
    assert "README.md has no second code block" in done.stderr


def _ci_run(folder: Path, first: str, second: str) -> subprocess.CompletedProcess[str]:
    (folder / ".ci").mkdir()
    shutil.copy(reading.ROOT / ".ci" / "run", folder / ".ci" / "run")
    (folder / ".tox").mkdir()
    (folder / "README.md").write_text(f"```console\n{first}\n```\ntext\n```sh\n{second}\n```\n```\nthird\n```\n")
    return subprocess.run([folder / ".ci" / "run"], cwd="/", capture_output=True, text=True, check=False)
