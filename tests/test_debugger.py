"""`replay --pdb`: the terminal is lent to the child in which a finding comes about, and a debugger stops there."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.reporters.reports import CLEAN
from windtunnel.cli import cli
from windtunnel.errors import UsageError
from windtunnel.findings import Finding, Location, Severity
from windtunnel.fingerprints import fingerprints
from windtunnel.reporters import render

FILES = {
    "dags/failing.py": """\
from airflow.sdk import DAG, task


def share(part, whole):
    return part / whole


with DAG("failing", schedule=None):

    @task
    def other() -> None:
        raise LookupError

    @task
    def compute() -> None:
        total = 0
        breakpoint()
        share(1, total)

    compute()
    other()
""",
    "dags/broken.py": """\
from airflow.sdk import DAG

try:
    import missing
except ImportError:
    limits = {"a": 1}
limits["b"]
""",
    "missing.py": "raise ImportError('of somebody else')\n",
    "modules/flow.py": """\
import math

from hamilton.function_modifiers import tag


@tag(of="numbers")
def root_of(number: int) -> float:
    below = number - number - 1
    return math.sqrt(below)
""",
}
FAILED = Finding(
    *("WT301", "failed-task", Severity.ERROR, "task 'compute' failed: ZeroDivisionError: division by zero", "mend it"),
    Location("dags/failing.py", 5),
    dag_id="failing",
    task_id="compute",
    reproduce="windtunnel check dags/failing.py --select WT301",
)
BROKEN = Finding(
    *("WT101", "unloadable-file", Severity.ERROR, "Airflow cannot load dags/broken.py: KeyError: 'b'", "mend it"),
    Location("dags/broken.py", 7),
    reproduce="windtunnel check dags/broken.py --select WT101",
)
RAISING = Finding(
    *("WT601", "unexpected-exception", Severity.WARNING),
    *("root_of(number=0) raises ValueError: math domain error", "handle it", Location("modules/flow.py", 9)),
    node="root_of",
    reproduce="windtunnel check modules/flow.py --select WT601 --max-examples 5 --seed 0",
)


@pytest.fixture
def root(repository, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = [FAILED, BROKEN, RAISING]
    marked = tuple(replace(one, fingerprint=text) for one, text in zip(found, fingerprints(found), strict=True))
    root = repository({**FILES, "report.json": render(replace(CLEAN, findings=marked), "json")})
    monkeypatch.chdir(root)
    return root


def at_a_terminal(root: Path, code: str, answers: Sequence[str]) -> tuple[int, str]:
    """The exit status of a replay, and all that stood in its terminal: each time that it asks it is answered."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "windtunnel", "replay", code, "--from", "report.json", "--pdb"]
    environment = {**os.environ, "TERM": "dumb"}
    running = subprocess.Popen(command, cwd=root, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    left, shown, give_up = list(answers), "", time.monotonic() + 300
    while time.monotonic() < give_up:
        ready, _, _ = select.select([ours], [], [], 0.5)
        try:
            shown += os.read(ours, 1 << 16).decode() if ready else ""
        except OSError:  # nobody has the other end any more
            break
        if left and shown.count("(Pdb) ") > len(answers) - len(left):
            os.write(ours, f"{left.pop(0)}\n".encode())
    os.close(ours)
    return running.wait(60), shown.replace("\r\n", "\n")


def test_it_stops_at_breakpoints_and_where_the_task_has_raised_and_the_run_goes_on(root: Path) -> None:
    status, shown = at_a_terminal(root, "WT301", ["p total", "c", "p whole", "up", "p total", "q"])

    assert "(Pdb) p total\n0\n(Pdb) c\n" in shown
    assert "windtunnel: task 'compute' of DAG 'failing' raised ZeroDivisionError: division by zero\n" in shown
    assert "-> return part / whole\n(Pdb) p whole\n0\n(Pdb) up\n" in shown
    assert "(Pdb) p total\n0\n(Pdb) q\n" in shown
    assert "raised LookupError" not in shown, "another task is not what was asked for"
    assert status == 1
    assert "dags/failing.py · 1 finding" in shown
    assert f"reproduce: {FAILED.reproduce}\n" in shown
    assert "output of running failing" in shown


def test_it_stops_where_a_file_cannot_be_loaded(root: Path) -> None:
    status, shown = at_a_terminal(root, "WT101", ["p limits", "q"])

    assert "-> limits[\"b\"]\n(Pdb) p limits\n{'a': 1}\n(Pdb) q\n" in shown
    assert status == 1


def test_it_stops_in_the_smallest_call_that_a_function_does_not_survive(root: Path) -> None:
    status, shown = at_a_terminal(root, "WT601", ["p number, below", "q"])

    assert "windtunnel: node 'root_of' raised ValueError: " in shown
    assert "-> return math.sqrt(below)\n(Pdb) p number, below\n(0, -1)\n(Pdb) q\n" in shown
    assert status == 1


def test_without_a_terminal_it_is_refused(root: Path) -> None:
    with pytest.raises(UsageError, match="replay --pdb: a debugger needs a terminal, on stdin and on stdout"):
        CliRunner().invoke(
            cli, ["replay", "WT301", "--from", "report.json", "--pdb"], catch_exceptions=False, standalone_mode=False
        )
