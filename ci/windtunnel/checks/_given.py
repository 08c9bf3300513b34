"""How the checks go through what tasks give to their drivers, and the example that they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from windtunnel.facts import DriverFacts, Fate, Gift, GivenFacts, RunFacts
from windtunnel.findings import Complaint

_MODULE = """\
def region(code: str) -> str:
    return code.upper()


def cheapest(prices: list, limit: int = 10) -> list:
    return sorted(prices)[:limit]


def shown(cheapest: list, region: str) -> str:
    return f"{region}: {cheapest}"
"""
_DAG = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def prices():
    @task
    def show() -> str:
        from hamilton import driver

        from modules import prices as dataflow

        dr = driver.Builder().with_modules(dataflow).build()
        CALL
        return results["shown"]

    show()


prices()
"""


def example(call: str) -> Mapping[str, str]:
    """A task that executes `shown` with the arguments that `call` adds to those of a sound call."""
    line = f'results = dr.execute(["shown"], inputs={{"prices": [3, 1, 2], "code": "eu"{call}'
    return {"modules/prices.py": _MODULE, "dags/prices.py": _DAG.replace("CALL", line)}


def given(run: RunFacts, gift: Gift, *fates: Fate) -> Iterator[tuple[DriverFacts, GivenFacts]]:
    """What came to one of these fates in an execution that ended well."""
    for driver in run.drivers:
        if driver.well:
            yield from ((driver, one) for one in driver.given if one.gift is gift and one.fate in fates)


def is_known_elsewhere(run: RunFacts, driver: DriverFacts, name: str) -> bool:
    """Whether the name means something to another dataflow of the DAG: one mapping may be meant for all of them."""
    return any(name in other.nodes for other in run.drivers if other.nodes != driver.nodes)


def told(run: RunFacts, driver: DriverFacts, message: str, remedy: str = "") -> Complaint:
    """The complaint at the line that drove the dataflow, else at the task."""
    places = [task.location for task in run.tasks if task.task_id == driver.task_id]
    place = driver.location or next(iter(places), run.location)
    return Complaint(place, message, remedy=remedy, task_id=driver.task_id)
