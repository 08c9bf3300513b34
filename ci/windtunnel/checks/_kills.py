"""How the checks speak of saves that were killed, and the example that they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from windtunnel.checks._visits import shown
from windtunnel.facts import KilledFacts, KilledSaveFacts
from windtunnel.findings import Complaint, Location

_DAG = """\
import tempfile

from airflow.sdk import dag, task


@dag(schedule=None)
def totals():
    @task(retries=1)
    def count() -> None:
        from hamilton import driver

        from modules import totals as dataflow

        dr = driver.Builder().with_modules(dataflow).build()
        dr.execute(["saved_totals"], inputs={"rows": [1, 2], "path": f"{tempfile.gettempdir()}/totals.json"})

    count()


totals()
"""
_MODULE = """\
import json
import os
from pathlib import Path

from hamilton.function_modifiers import datasaver, save_to, source


"""


def killed(module: str) -> Mapping[str, str]:
    """The files of an example: `module` behind its imports, with a saver `saved_totals` of `rows` to a `path`."""
    settings = '[tool.windtunnel]\ncontexts = ["kills"]\nmax-kills = 18\n'
    return {"pyproject.toml": settings, "modules/totals.py": _MODULE + module, "dags/totals.py": _DAG}


ASIDE = """\
@datasaver()
def saved_totals(rows: list, path: str) -> dict:
    aside = Path(path).with_suffix(".aside")
    with aside.open("w") as file:
        json.dump(rows, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    return {"path": path}
"""


def told_once(
    context: KilledFacts, judge: Callable[[KilledSaveFacts], Complaint | None], *, each_task: bool = False
) -> Iterator[Complaint]:
    """What there is to say of the saves, once for each saver's line, however many tasks use it; or once for each."""
    said: set[tuple[Location, str]] = set()
    for save in context.saves:
        key = (save.location, save.task_id if each_task else "")
        if key not in said and (complaint := judge(save)):
            said.add(key)
            yield complaint


def whose(save: KilledSaveFacts) -> str:
    """The subject of a sentence about a save."""
    return f"saver {save.node!r} of task {save.task_id!r}"


def moment(text: str) -> str:
    """The moment of a fault, to be put behind a verb."""
    return f" {text}" if text else ""


def name(path: str) -> str:
    """A file as findings say it."""
    return shown(path)
