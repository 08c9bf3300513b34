"""Which teardown belongs to which setup."""

from __future__ import annotations

from windtunnel.facts import DagFacts
from windtunnel.trigger_rules import descendants


def pairs(dag: DagFacts) -> list[tuple[str, str]]:
    """(setup, teardown) for each pair: Airflow knows them by the direct edge between the two."""
    setups = {task.task_id for task in dag.tasks if task.is_setup}
    teardowns = {task.task_id for task in dag.tasks if task.is_teardown}
    return [(above, below) for above, below in dag.edges if above in setups and below in teardowns]


def unpaired(dag: DagFacts) -> list[tuple[str, str]]:
    """(setup, teardown) where neither belongs to anything, and the teardown is somewhere downstream of the setup."""
    paired = {task_id for pair in pairs(dag) for task_id in pair}
    setups = [task.task_id for task in dag.tasks if task.is_setup and task.task_id not in paired]
    teardowns = {task.task_id for task in dag.tasks if task.is_teardown} - paired
    return [(setup, below) for setup in setups for below in sorted(descendants(dag, setup) & teardowns)]
