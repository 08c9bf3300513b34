"""Saver that left no file.

## What it does
Looks, the moment a task succeeds, for the file of each saver that ran in it. Reports a path where nothing lies. A file
that the task has renamed is looked for under its new name, and one below `TMPDIR` may be gone. A `@datasaver` function
whose metadata names no `path` may have written elsewhere, unless it wrote nothing at all.

## Why is this bad?
The task is green, and whoever reads the file next finds nothing, or what an earlier run has left.

## What to do
Let the saver write to the path that it names, and return only when the file is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

FAILING = {
    "modules/totals.py": """\
from pathlib import Path

from hamilton.function_modifiers import datasaver


@datasaver()  # WT402
def saved_totals(rows: list, path: str) -> dict:
    # the file is never written
    return {"path": path}
""",
    "dags/totals.py": """\
from airflow.sdk import dag, task


@dag(schedule=None)
def totals():
    @task
    def count() -> None:
        from hamilton import driver

        from modules import totals as dataflow

        dr = driver.Builder().with_modules(dataflow).build()
        dr.execute(["saved_totals"], inputs={"rows": [1, 2], "path": "totals.json"})

    count()


totals()
""",
}
PASSING = {
    "modules/totals.py": """\
from hamilton.function_modifiers import save_to, source


@save_to.json(path=source("path"), output_name_="saved_totals")
def totals(rows: list) -> dict:
    return {"rows": len(rows)}
""",
    "dags/totals.py": """\
from airflow.sdk import dag, task


@dag(schedule=None)
def totals():
    @task
    def count() -> None:
        from hamilton import driver

        from modules import totals as dataflow

        dr = driver.Builder().with_modules(dataflow).build()
        dr.execute(["saved_totals"], inputs={"rows": [1, 2], "path": "totals.json"})

    count()


totals()
""",
}


@check(
    "WT402", on=SaveFacts, severity=Severity.ERROR, remedy="write to the path that the saver names, before it returns"
)
def missing_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.MISSING:
        yield Complaint(
            save.location, f"saver {save.node!r} of task {save.task_id!r} ran, but nothing lies at {save.path}"
        )
