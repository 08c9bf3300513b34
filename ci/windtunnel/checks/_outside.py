"""How the checks name the tasks of a DAG that talk to other systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from windtunnel.facts import DagFacts, TaskFacts
from windtunnel.findings import Complaint


def told(dag: DagFacts, tasks: Sequence[TaskFacts], lack: str) -> Iterator[Complaint]:
    """One complaint for all of them: default_args, where they are mended, are the DAG's."""
    first = f"task {tasks[0].task_id!r} of DAG {dag.dag_id!r} talks to the outside by {tasks[0].outside}"
    more = f" (and {len(tasks) - 1} more like it)" if len(tasks) > 1 else ""
    evidence = "\n".join(f"{task.location} {task.task_id}: {task.outside}" for task in tasks)
    only = tasks[0].task_id if len(tasks) == 1 else ""
    yield Complaint(dag.location, f"{first}{more} {lack}", evidence, task_id=only)
