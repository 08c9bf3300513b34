"""Every command of .github/workflows/ci.yml exists, and means what tox.ini and the constraints say."""

import itertools
import re
import subprocess
from pathlib import Path

import pytest

from tests.project import reading

# The programs that a step may call, each replaced by one that prints how it was called.
STUBS = "".join(f'{program}() {{ echo "{program} $*"; }}\n' for program in ("python", "tox", "pre-commit"))


def _calls() -> list[tuple[str, str]]:
    """(job, command line) of every command that the workflow runs, for every cell of a matrix."""
    return [
        (name, line)
        for name, job in reading.workflow()["jobs"].items()
        for cell in _cells(job)
        for step in job["steps"]
        if "run" in step
        for line in _run(step["run"], {key: _fill(value, cell) for key, value in job["env"].items()})
    ]


def _cells(job: dict) -> list[dict[str, str]]:
    matrix = job.get("strategy", {}).get("matrix", {})
    return [dict(zip(matrix, values, strict=True)) for values in itertools.product(*matrix.values())]


def _fill(text: str, cell: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda found: cell[found.group(1)], text)


def _run(script: str, environment: dict[str, str]) -> list[str]:
    # With an empty PATH a program without a stub is an error: it would have to be shown to exist.
    environment = {**environment, "PATH": "", "RUNNER_TEMP": "runner-temp", "GITHUB_STEP_SUMMARY": "summary"}
    command = ["/bin/bash", "-euc", STUBS + script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()


def test_every_tox_environment_that_the_workflow_runs_exists() -> None:
    called = {name for name in _tox_environments_called() if name not in reading.tox_environments()}
    assert called == set()


def test_the_workflow_runs_every_environment_that_judges() -> None:
    # `tests` is the same as one of the pairs, `constraints` judges nothing, and `fidelity` has a workflow of its own.
    assert _tox_environments_called() == set(reading.tox_environments()) - {"tests", "constraints", "fidelity"}


def _tox_environments_called() -> set[str]:
    found = [re.match(r"tox run -e (\S+)", line) for _, line in _calls()]
    return {name for match in found if match for name in match.group(1).split(",")}


def test_the_workflow_installs_tox_by_constraints_that_exist() -> None:
    installs = {line for _, line in _calls() if line.startswith("python ")}
    assert installs
    for line in installs:
        file, names = re.fullmatch(r"python -m pip install -c (\S+) (.+)", line).groups()
        assert (reading.ROOT / file).is_file()
        assert set(names.split()) <= set(reading.pins(Path(file).name))


def test_the_workflow_calls_nothing_but_pip_and_tox() -> None:
    assert {re.match(r"python -m pip|tox run|.*", line).group() for _, line in _calls()} == {"python -m pip", "tox run"}


def test_the_report_that_is_uploaded_is_the_one_that_check_writes() -> None:
    (command,) = (line for job, line in _calls() if job == "check" and line.startswith("tox"))
    asked = "--report markdown=summary --report json=runner-temp/windtunnel.json"
    assert command == f"tox run -e check -- --format github {asked}"
    (upload,) = (s for s in reading.workflow()["jobs"]["check"]["steps"] if "upload-artifact" in s.get("uses", ""))
    assert upload["with"]["path"] == "${{ runner.temp }}/windtunnel.json"
    assert upload["if"] == "always()"


def test_every_action_is_pinned_by_a_commit_and_says_its_version() -> None:
    text = (reading.ROOT / ".github/workflows/ci.yml").read_text()
    uses = re.findall(r"uses: (.*)", text)
    assert uses
    assert [line for line in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


@pytest.mark.parametrize("hook", ["windtunnel"])
def test_a_hook_that_runs_tox_names_an_environment_that_exists(hook: str) -> None:
    (name,) = re.fullmatch(r"tox run -q -e (\S+) --", reading.hooks()[hook]["entry"]).groups()
    assert name in reading.tox_environments()
