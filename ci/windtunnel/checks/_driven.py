"""The example that the checks of node coverage share: a task that drives a module."""

from __future__ import annotations

from collections.abc import Mapping

_DAG = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def sizes():
    @task
    def size() -> int:
        from hamilton import driver

        from modules import sizes as dataflow

        dr = driver.Builder().with_config({"unit": "bytes"}).with_modules(dataflow).build()
        return dr.execute(["size"])["size"]

    size()


sizes()
"""


def example(module: str, settings: str = "") -> Mapping[str, str]:
    """The files; `settings` are lines of the table in pyproject.toml."""
    table = {"pyproject.toml": f"[tool.windtunnel]\n{settings}\n"} if settings else {}
    return {"modules/sizes.py": module, "dags/sizes.py": _DAG, **table}
