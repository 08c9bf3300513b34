"""DAG with excessive width.

## What it does
Finds the largest set of tasks of which none waits for another (the largest antichain), which is the most that can be
ready at one time. Reports DAGs wider than `max_width` (16), or wider than the budget that
`[[tool.windtunnel.budgets]]` gives to the DAG, to one of its tags or to its path. A mapped task counts once; the
evidence tells of how many instances it may be.

## Why is this bad?
Airflow runs 16 tasks of a DAG at a time by default (`max_active_tasks_per_dag`); the others wait in the scheduler,
weighed anew at each of its rounds.

## What to do
Merge tasks that belong together into one task with one Hamilton driver call, map one task over a list instead of
writing it many times, or raise `max_width` together with the DAG's `max_active_tasks`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._merging import peak_lines
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings

FAILING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("wide", schedule=None):  # WT202
    for part in range(17):
        EmptyOperator(task_id=f"first_{part}") >> EmptyOperator(task_id=f"second_{part}")
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("narrow", schedule=None):
    for part in range(3):
        EmptyOperator(task_id=f"first_{part}") >> EmptyOperator(task_id=f"second_{part}")
"""


@check(
    "WT202",
    on=DagFacts,
    severity=Severity.WARNING,
    remedy="merge tasks that belong together, map one task over a list, or raise max_width",
)
def excessive_width(dag: DagFacts, settings: Settings) -> Iterator[Complaint]:
    shape = dag.shape
    budget = settings.budget("max_width", dag.dag_id, dag.tags, dag.location.path)
    if shape.width > budget.value:
        yield Complaint(
            dag.location,
            f"{shape.width} of the {shape.tasks} tasks of DAG {dag.dag_id!r} can be ready at the same time, "
            f"more than {budget.value}{budget.origin}",
            "\n".join((f"ready together: {', '.join(shape.antichain)}", *peak_lines(dag))),
        )
