"""The example that the checks of saves share: a DAG of one task, which drives the module `totals`."""

from __future__ import annotations

from collections.abc import Mapping

_MODULE = """\
from hamilton.function_modifiers import save_to, source


@save_to.json(path=source("path"), output_name_="saved_totals")
def totals(rows: list) -> dict:
    return {"rows": len(rows)}
"""
_DAG = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def totals():
    @task
    def count() -> None:
        from hamilton import driver

        from modules import totals as dataflow

        dr = driver.Builder().with_modules(dataflow).build()
        CALL

    count()


totals()
"""
_CALL = 'dr.execute(["WANTED"], inputs={"rows": [1, 2], "path": "totals.json"})'


def totals(module: str = _MODULE, wanted: str = "saved_totals", call: str = _CALL) -> Mapping[str, str]:
    """The files of the example: `module` in the place of a sound one, and a task that asks for the node `wanted`.

    `call` is what the task does with its driver `dr`, in lines.
    """
    lines = call.replace("WANTED", wanted).splitlines()
    return {"modules/totals.py": module, "dags/totals.py": _DAG.replace("CALL", "\n        ".join(lines))}
