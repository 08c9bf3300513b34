"""The example that the checks of values share: a task that asks one dataflow for one node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from windtunnel.facts import LackingFacts, MisfitFacts

Seen = TypeVar("Seen", MisfitFacts, LackingFacts)

_DAG = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def flow():
    @task
    def drive() -> None:
        from hamilton import driver

        from modules import flow

        driver.Builder().with_modules(flow).build().execute(["wanted"])

    drive()


flow()
"""


def by_tasks(seen: Iterable[Seen]) -> Iterator[tuple[Seen, str]]:
    """What was seen alike in several tasks once, with the names of the tasks, as part of a sentence."""
    tasks: dict[Seen, dict[str, None]] = {}
    for one in seen:
        tasks.setdefault(replace(one, task_id=""), {})[one.task_id] = None
    for one, names in tasks.items():
        yield replace(one, task_id=next(iter(names))), f"task {' and '.join(map(repr, names))}"


def example(module: str) -> Mapping[str, str]:
    """The files: the module computes `wanted`."""
    return {"modules/flow.py": module, "dags/flow.py": _DAG}
