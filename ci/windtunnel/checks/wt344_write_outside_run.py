"""Task that writes where windtunnel's runs write as well.

## What it does
Tells of the files that tasks leave outside the folders of their run and outside the repository: at absolute paths that
stand in the code or in what it is given. One notice for each DAG names the first of them.

## Why is this bad?
A run of windtunnel executes the task, several times, also for dates that nobody asked for. What it writes at an
absolute path is really written there, and stays: where the production folder is mounted, among the real data. What an
earlier check has left is found by the next.

## What to do
Let the place come from an environment variable, a Variable or a param, and give windtunnel another one in
`windtunnel.d/`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import is_own
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings

_FILE = """\
import os
import shutil
from pathlib import Path

from airflow.sdk import dag, task

FOLDER = Path(os.environ.get("TOTALS_FOLDER", %s))


@dag(schedule=None)
def totals():
    @task
    def save() -> None:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / "totals.txt").write_text("7")%s

    @task(trigger_rule="all_done")
    def tidy_up() -> None:
        shutil.rmtree(FOLDER)

    save() >> tidy_up()


totals()
"""
FAILING = _FILE % ('f"/var/tmp/totals-{os.getuid()}"', "  # WT344")
PASSING = _FILE % ('os.environ["TMPDIR"] + "/totals"', "")


@check(
    "WT344",
    on=RunFacts,
    severity=Severity.NOTICE,
    remedy="let the place come from a variable or a param, and give windtunnel another one in windtunnel.d/",
)
def write_outside_run(run: RunFacts, settings: Settings) -> Iterator[Complaint]:
    home = f"{settings.root}/"
    left = [use for use in run.uses if use.writes and use.left and not (use.is_object or is_own(use.path))]
    outside = {use.path: use for use in left if not use.path.startswith(home)}
    if outside:
        first = min(outside.values(), key=lambda use: use.at)
        others = f" and {len(outside) - 1} more" if len(outside) > 1 else ""
        message = f"task {first.label!r} really writes {first.path}{others}, outside the folders of its run"
        yield Complaint(first.location, message, first.evidence, task_id=first.task_id)
