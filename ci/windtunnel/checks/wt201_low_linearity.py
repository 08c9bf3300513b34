"""DAG with low linearity.

## What it does
Divides the number of tasks on the longest path by the number of all tasks. A chain has linearity 1.0; ten independent
tasks have 0.1. Reports DAGs below `min_linearity` (0.5).

## Why is this bad?
Every task that waits for no other is one more candidate that the scheduler has to weigh at any time, and one more
worker slot to wait for. Airflow's best-practices page advises linear DAGs for that reason. Work that branches often
belongs into one task that drives one Hamilton dataflow: the graph is still there, and costs no scheduling.

## What to do
Merge neighbouring tasks into one task with one Hamilton driver call, or raise the budget for DAGs that are wide on
purpose with `min_linearity`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFacts, Shape
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings

FAILING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("fan_out", schedule=None):  # WT201
    start = EmptyOperator(task_id="start")
    for number in range(4):
        start >> EmptyOperator(task_id=f"part_{number}")
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("chain", schedule=None):
    EmptyOperator(task_id="extract") >> EmptyOperator(task_id="transform") >> EmptyOperator(task_id="load")
"""


@check(
    "WT201",
    on=DagFacts,
    severity=Severity.WARNING,
    remedy="merge neighbouring tasks into one task with one Hamilton driver call, or lower min_linearity",
)
def low_linearity(dag: DagFacts, settings: Settings) -> Iterator[Complaint]:
    shape = dag.shape
    if shape.linearity < settings.min_linearity:
        yield Complaint(
            dag.location,
            f"DAG {dag.dag_id!r} has linearity {shape.linearity:.2f} (longest path {len(shape.longest_path)} of "
            f"{shape.tasks} tasks), below {settings.min_linearity:g}",
            "\n".join(
                (
                    f"longest path: {' > '.join(shape.longest_path)}",
                    f"ready together: {', '.join(shape.antichain)}",
                    *_advice(shape, settings.min_linearity),
                )
            ),
        )


def _advice(shape: Shape, enough: float) -> Iterator[str]:
    """The merges that bring the DAG to `enough` linearity, with the figures after each."""
    for step, merge in enumerate(shape.merges):
        if step and shape.merges[step - 1].linearity >= enough:
            return
        figures = f"linearity {merge.linearity:.2f}, width {merge.width}"
        yield f"merged into one task, that is one driver call, {', '.join(merge.tasks)} give {figures}"
