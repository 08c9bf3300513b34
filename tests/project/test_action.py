"""ci/action: each of its steps is run here as GitHub would run it, in a clean checkout of a small repository."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from tests.project import reading
from tests.project.composite import Job

ACTION = reading.ROOT / "ci" / "action"
STEPS = yaml.safe_load((ACTION / "action.yml").read_text())["runs"]["steps"]

DAG = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def tiny():
    @task
    def a():
        pass

    @task
    def b():
        pass

    a()
    b()


tiny()
"""
# Two tasks beside each other are as linear as a half; loading a file is enough to know.
OPTIONS = "--select=WT2\n\n--min-linearity=1.0\n--fail-on=warning\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository that holds nothing but one DAG, just checked out."""
    root = tmp_path / "workspace"
    (root / "dags").mkdir(parents=True)
    (root / "dags" / "tiny.py").write_text(DAG)
    (root / "pyproject.toml").touch()
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    return root


@pytest.fixture
def job(tmp_path: Path, checkout: Path) -> Callable[..., Job]:
    """Run the action with these inputs. Nothing is installed: Airflow would take minutes, and lies here already."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "windtunnel").write_text(f'#!/bin/sh\nexec {sys.executable} -m windtunnel "$@"\n')
    (programs / "windtunnel").chmod(0o755)

    def run(github: Mapping[str, str] | None = None, others: Mapping[str, object] | None = None, **inputs: str) -> Job:
        temp = tmp_path / "runner"
        temp.mkdir(exist_ok=True)
        given = {"install": "false", **{name.replace("_", "-"): value for name, value in inputs.items()}}
        return Job(ACTION, checkout, temp, given, github or {}, others or {}, str(programs)).run()

    return run


def test_a_push_is_kept_and_a_pull_request_fails_for_what_it_brings_alone(
    job: Callable[..., Job], checkout: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"

    def save(given: Mapping[str, str]) -> Mapping[str, str]:
        shutil.copytree(given["path"], cache)
        return {}

    def restore(given: Mapping[str, str]) -> Mapping[str, str]:
        shutil.copytree(cache, given["path"], dirs_exist_ok=True)
        return {}

    push = job(others={"actions/cache/save": save}, options=OPTIONS)
    counts = {name: push.outputs[name] for name in ("exit-status", "findings", "errors", "warnings", "known")}

    assert (push.status, counts) == (1, dict(zip(counts, ("1", "1", "0", "1", "0"), strict=True)))
    assert re.search(r"^::warning file=dags/tiny.py,line=\d+,title=WT201 low-linearity::", push.log, re.MULTILINE)
    assert push.summary.startswith("## windtunnel: failed\n")
    assert json.loads(Path(push.outputs["json"]).read_text())["summary"]["warnings"] == 1
    assert Path(push.outputs["report"]).read_text().startswith("<!doctype html>")
    assert json.loads(Path(push.outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert push.used["Upload the report"]["path"] == str(Path(push.outputs["json"]).parent)
    assert push.ran == [
        "Choose the pins",
        "Restore what the base branch came to",
        "Check",
        "Keep what this branch came to",
        "Upload the report",
        "Pass the verdict on",
    ]

    (checkout / "dags" / "line.py").write_text(
        DAG.replace("tiny", "line").replace("    a()\n    b()", "    a() >> b()")
    )
    request = {"event_name": "pull_request", "base_ref": "main", "ref_name": "5/merge"}
    pull = job(
        request, {"actions/cache/restore": restore}, options=OPTIONS, baseline="base-branch", upload_sarif="true"
    )
    kept, asked = push.used["Keep what this branch came to"], pull.used["Restore what the base branch came to"]

    assert (pull.status, pull.outputs["known"], pull.outputs["findings"]) == (0, "1", "0")
    assert "### Changed DAGs\n\n**line** (new)\n" in pull.summary
    assert (kept["path"], kept["key"].removesuffix("77-1")) == (asked["path"], asked["restore-keys"])
    assert "Keep what this branch came to" not in pull.ran
    assert pull.used["Upload to code scanning"]["sarif_file"] == pull.outputs["sarif"]


def test_what_cannot_be_judged_fails_with_the_status_of_windtunnel_and_uploads_nothing(job: Callable[..., Job]) -> None:
    done = job(paths="nowhere")

    assert (done.status, done.outputs["exit-status"], done.outputs["findings"]) == (2, "2", "")
    assert "::error title=windtunnel::nothing was judged (exit status 2)" in done.log
    assert "nowhere: no such file or folder" in done.log
    assert not {"Upload the report", "Keep what this branch came to"} & set(done.ran)


def test_words_of_the_inputs_are_no_commands(job: Callable[..., Job], tmp_path: Path) -> None:
    evil = f'"; touch {tmp_path}/pwned; $(touch {tmp_path}/pwned) `touch {tmp_path}/pwned`'
    done = job(paths=evil, options=f"--select={evil}", baseline=evil, compare=evil)

    assert done.status == 2
    assert not (tmp_path / "pwned").exists()
    assert [step["name"] for step in STEPS if "${{" in step.get("run", "")] == []


# Stands in for the Python that is set up: it makes an environment whose programs tell what they are asked.
STAND_IN = """\
#!/bin/sh
echo "python $*" >> "{log}"
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin"
    for name in python uv; do
        printf '#!/bin/sh\\necho "%s $*" >> "{log}"\\n' "$name" > "$3/bin/$name"
        chmod +x "$3/bin/$name"
    done
fi
"""


def test_what_is_installed_is_pinned_and_is_this_very_windtunnel(job: Callable[..., Job], tmp_path: Path) -> None:
    log, python = tmp_path / "log", tmp_path / "stand-in"
    python.write_text(STAND_IN.format(log=log))
    python.chmod(0o755)
    others = {"actions/setup-python": lambda given: {"python-path": str(python)}}
    versions = {"airflow": "3.1", "python_version": "3.12"}
    done = job(others=others, install="true", requirements="a.txt\n \nb c.txt", **versions)
    folder, pins = done.steps["plan"]["folder"], f"{ACTION}/../constraints/airflow-3.1-py3.12.txt"

    what = f"{reading.ROOT}[airflow,hamilton]"
    assert done.used["Set up Python"]["python-version"] == "3.12"
    assert log.read_text().splitlines() == [
        f"python -m venv {folder}/venv",
        f"python -m pip install --quiet --disable-pip-version-check -c {pins} uv",
        f"uv pip install --quiet --python {folder}/venv/bin/python -c {pins} {what} -r a.txt -r b c.txt",
    ]
    assert "uv" in reading.pins("airflow-3.1-py3.12.txt")
    assert {"airflow", "hamilton"} <= reading.pyproject()["project"]["optional-dependencies"].keys()
    assert done.steps["install"] == {"windtunnel": f"{folder}/venv/bin/windtunnel"}
    assert done.used["Restore what was downloaded"]["key"].startswith("windtunnel-packages-Linux-3.12-")


@pytest.mark.slow  # and needs the network
def test_what_it_installs_checks(job: Callable[..., Job]) -> None:
    python = {"actions/setup-python": lambda given: {"python-path": sys.executable}}
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    done = job(others=python, install="true", python_version=version, options="--select=WT1")
    shutil.rmtree(done.steps["plan"]["folder"] + "/venv")  # a gigabyte

    assert (done.status, done.outputs["findings"]) == (0, "0"), done.log


def test_a_pair_without_pins_is_refused_before_anything_is_installed(job: Callable[..., Job]) -> None:
    done = job(airflow="2.9", install="true")

    assert (done.status, done.ran) == (2, ["Choose the pins"])
    assert "::error title=windtunnel::there are no pins for Airflow 2.9 and Python 3.13" in done.log


def test_it_needs_no_secret_and_writes_nowhere_but_to_code_scanning_if_asked() -> None:
    assert "secrets." not in (ACTION / "action.yml").read_text()
    assert "github.token" not in (ACTION / "action.yml").read_text()
    (scanning,) = (step for step in STEPS if "codeql-action" in step.get("uses", ""))
    assert scanning["if"].startswith("inputs.upload-sarif == 'true' && ")


def test_the_versions_that_it_takes_if_nobody_says_are_pinned() -> None:
    inputs = yaml.safe_load((ACTION / "action.yml").read_text())["inputs"]
    airflow, python = inputs["airflow"]["default"], inputs["python-version"]["default"]

    assert airflow == list(reading.compiler()["AIRFLOWS"])[-1]
    assert (reading.CONSTRAINTS / f"airflow-{airflow}-py{python}.txt").is_file()
