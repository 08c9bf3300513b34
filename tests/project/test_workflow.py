"""Every command of .github/workflows exists, and does in a clean checkout what tox.ini and the constraints say."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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


@pytest.mark.parametrize("file", [".github/workflows/ci.yml", ".github/workflows/fidelity.yml", "ci/action/action.yml"])
def test_every_action_is_pinned_by_a_commit_and_says_its_version(file: str) -> None:
    uses = re.findall(r"^ *(?:- )?uses: (.*)", (reading.ROOT / file).read_text(), re.MULTILINE)
    assert uses
    pin = r"[\w-]+/[\w-]+(/[\w-]+)?@[0-9a-f]{40} # v\d+\.\d+\.\d+"
    assert [line for line in uses if not re.fullmatch(pin, line)] == []


# To run for real what these would run is minutes, and this very test among it. So pip must find the file that pins it,
# tox must come to the commands of each environment, and the files that these name, or that pin them, must be there.
DRY = """
python() { for word in "$@"; do case $word in *.txt) cat "$word" > /dev/null ;; esac; done; }
sudo() { echo "sudo $*" >> "$CALLED"; }
tox() { echo "$3" >> "$CALLED"; }
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout as it comes: what git does not know is not there."""
    folder = tmp_path_factory.mktemp("clean") / "checkout"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=reading.ROOT, capture_output=True, text=True, check=True)
    for path in filter(None, listed.stdout.split("\0")):
        if (reading.ROOT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes((reading.ROOT / path).read_bytes())
    return folder


@pytest.mark.parametrize("name", ["ci.yml", "fidelity.yml"])
def test_the_steps_of_the_workflows_run_in_a_clean_checkout(name: str, clone: Path, tmp_path: Path) -> None:
    jobs = yaml.safe_load((clone / ".github" / "workflows" / name).read_text())["jobs"]
    for job, cell in ((one, cell) for one in jobs.values() for cell in _cells(one)):
        variables = {key: _fill(value, cell) for key, value in job["env"].items()}
        given = {"PATH": "/usr/bin:/bin", "CALLED": str(tmp_path / "called"), "GITHUB_STEP_SUMMARY": "summary"}
        for script in (step["run"] for step in job["steps"] if "run" in step):
            words = ["/bin/bash", "-euc", DRY + script]
            subprocess.run(words, cwd=clone, env={**given, "RUNNER_TEMP": "temp", **variables}, check=True)
    called = [line for line in (tmp_path / "called").read_text().splitlines() if not line.startswith("sudo ")]
    asked = ["tox", "config", "-x", "tox.requires=", "-e", ",".join(called), "-k", "commands"]
    told = subprocess.run([sys.executable, "-m", *asked], cwd=clone, capture_output=True, text=True, check=True).stdout
    pythons = reading.compiler()["PYTHONS"]
    files = re.findall(r"ci/constraints/airflow\S+\.txt", (clone / "tox.ini").read_text())
    pinned = {file.replace("{py_dot_ver}", python) for file in files for python in pythons}

    assert [file for file in pinned if not (clone / file).is_file()] == []
    assert told.count("commands = ") == len({env for envs in called for env in envs.split(",")})
    scripts = re.findall(r"commands = python (\S+\.py)", told)
    assert [script for script in scripts if not (clone / script).is_file()] == []


@pytest.mark.parametrize("hook", ["windtunnel"])
def test_a_hook_that_runs_tox_names_an_environment_that_exists(hook: str) -> None:
    (name,) = re.fullmatch(r"tox run -q -e (\S+) --", reading.hooks()[hook]["entry"]).groups()
    assert name in reading.tox_environments()
