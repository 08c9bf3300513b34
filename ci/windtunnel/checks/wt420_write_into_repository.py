"""Task that writes into the repository.

## What it does
Follows which files the tasks of a run write. Reports one that lies among those of the repository. Left alone are places
that git is told to ignore, hidden folders, and folders that the environment names (`DATA_ROOT=/repository/data`).

## Why is this bad?
In production the repository is a checkout: it may be read-only, each worker has its own, and the next version is put in
its place. What a task writes there is refused, or seen by nobody else, or gone. Where the file is a source, the next
run reads what this one has made of it.

## What to do
Let the path begin at a folder for data that the deployment names, by a variable or a param, and not at `__file__`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import RunFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings

_FILE = """\
from pathlib import Path

from airflow.sdk import dag, task


@dag(schedule=None)
def totals():
    @task
    def save() -> None:
        import os
        import tempfile

        folder = %s
        (folder / "totals.txt").write_text("7")%s

    save()


totals()
"""
FAILING = _FILE % ("Path(__file__).parent", "  # WT420")
PASSING = _FILE % ('Path(os.environ.get("DATA_ROOT") or tempfile.mkdtemp())', "")


@check(
    "WT420",
    on=RunFacts,
    severity=Severity.WARNING,
    remedy="let the path begin at a folder for data that the deployment names, not at __file__",
)
def write_into_repository(run: RunFacts, settings: Settings) -> Iterator[Complaint]:
    told: set[tuple[str, int]] = set()
    for use in run.uses:
        place = (use.location.path, use.location.line)
        if use.inside and place not in told:
            told.add(place)
            path = use.path.removeprefix(f"{settings.root}/")
            message = f"task {use.task_id!r} writes {path}, which lies among the files of the repository"
            yield Complaint(use.location, message, use.evidence, task_id=use.task_id)
