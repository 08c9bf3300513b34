"""What the checks of dataflows played again share: the words for a break, and the DAG of their examples."""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.facts import Disturbance, ReplayFacts
from windtunnel.findings import Complaint

DAG = """\
from airflow.sdk import dag, task


@task
def report() -> float:
    import pandas as pd
    from hamilton import driver

    from modules import flow

    readings = pd.DataFrame({"speed": [3.0, 4.0, 8.0, 6.5], "station": ["a", "b", "a", "c"]})
    readings["at"] = pd.date_range("2025-01-01", periods=4)
    return driver.Builder().with_modules(flow).build().execute(["result"], inputs={"readings": readings})["result"]


@dag(schedule=None, default_args={"retries": 1})
def reporting():
    report()


reporting()
"""
"""A task that drives the dataflow of modules/flow.py on a small table."""

_MOST_OTHERS = 8


def breaks(replay: ReplayFacts, kind: Disturbance) -> Iterator[Complaint]:
    """One complaint for each place that breaks on changes of this kind."""
    for found in replay.breaks:
        if found.kind is kind:
            changes = "change" if len(found.others) == 1 else "changes"
            also = f" (and on {len(found.others)} other {changes})" if found.others else ""
            message = f"{found.node} {found.outcome} when {found.change}, in task {replay.task_id!r}{also}"
            others = [f"also when {other}" for other in found.others[:_MOST_OTHERS]]
            yield Complaint(found.location, message, "\n".join([*others, *filter(None, [found.code])]))
