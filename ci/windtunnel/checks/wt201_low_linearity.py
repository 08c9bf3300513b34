"""DAG with low linearity.

## What it does
Divides the number of tasks on the longest path by the number of all tasks. A chain has linearity 1.0; ten independent
tasks have 0.1. Reports DAGs below `min_linearity` (0.5), or below the budget that `[[tool.windtunnel.budgets]]` gives
to the DAG, to one of its tags or to its path.

The evidence names the smallest set of neighbouring Python tasks whose merging into one task brings the DAG to its
budget, with linearity, width and peak before and after, and the scheduling delay saved: about 0.8 s for each task less.
The peak is the most task instances that are ready at one time if each takes the same time; a mapped task counts as all
of its instances, or as the most that there can be. Tasks are neighbours that follow one another, or have a task
directly before or behind them in common. Sensors, branches, mapped tasks, setups, teardowns, and tasks of other
operators, trigger rules, pools, queues or retries are not merged, and no merge makes the longest path longer.

## Why is this bad?
Every task that waits for no other is one more candidate that the scheduler has to weigh at any time, and one more
worker slot to wait for. Airflow's best-practices page advises linear DAGs for that reason. Work that branches often
belongs into one task that drives one Hamilton dataflow: the graph is still there, and costs no scheduling.

## What to do
Merge neighbouring tasks into one task with one Hamilton driver call, or lower the budget of DAGs that are wide on
purpose, in pyproject.toml:

    [[tool.windtunnel.budgets]]
    dag = "fan_out"
    min-linearity = 0.4
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from windtunnel import graphs
from windtunnel.advice import merge_towards
from windtunnel.checks import check
from windtunnel.checks._merging import advice, peak_lines
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings
from windtunnel.trigger_rules import runs_by_choice

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
    budget = settings.budget("min_linearity", dag.dag_id, dag.tags, dag.location.path)
    if shape.linearity < budget.value and _lowest_of_runs(dag) < budget.value:
        merge = merge_towards(dag, budget.value)
        lines = (
            *advice(dag, merge, budget.value),
            f"longest path: {' > '.join(shape.longest_path)}",
            f"ready together: {', '.join(shape.antichain)}",
            *peak_lines(dag),
        )
        yield Complaint(
            dag.location,
            f"DAG {dag.dag_id!r} has linearity {shape.linearity:.2f} (longest path {len(shape.longest_path)} of "
            f"{shape.tasks} tasks), below {budget.value:g}{budget.origin}",
            "\n".join(lines),
            remedy=""
            if merge
            else "split it into DAGs of their own, leave out tasks that do nothing, or lower min_linearity",
        )


def _lowest_of_runs(dag: DagFacts) -> float:
    """The lowest linearity of what a run really has to schedule, if each branch follows one of its children."""
    if not any(task.is_branch for task in dag.tasks):
        return dag.shape.linearity
    return min((_linearity_of(dag, states) for states in runs_by_choice(dag)), default=1.0)


def _linearity_of(dag: DagFacts, states: Mapping[str, str]) -> float:
    run = {task_id for task_id, state in states.items() if state == "success"}
    graph = graphs.graph_of(run, [(above, below) for above, below in dag.edges if above in run and below in run])
    return len(graphs.longest_path(graph)) / len(run) if run else 1.0
