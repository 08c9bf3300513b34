"""DAG files loaded through Airflow's DagBag, each in a child of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.effects import Effects, refuse_network
from windtunnel.collectors.failures import failure_from_text, is_users, relative
from windtunnel.collectors.imports import ImportWatch
from windtunnel.collectors.needs import need_in_text
from windtunnel.collectors.source import SourceIndex
from windtunnel.facts import DagFacts, DagFileFacts, End, FailureFacts, ProcessFacts, TaskFacts
from windtunnel.findings import Location
from windtunnel.pool import Job, Outcome, Pool


@dataclass(frozen=True, slots=True)
class DagFile:
    """A candidate DAG file, the DAG folder that it lies in, and the root of the repository."""

    file: Path
    dag_folder: Path
    root: Path

    @property
    def path(self) -> str:
        """The file as findings name it."""
        return relative(self.file, self.root)


def collect_dag_files(pool: Pool, files: Iterable[DagFile], timeout: float) -> Iterator[DagFileFacts]:
    """The facts of each file, in the order in which their children end."""
    jobs = (Job(file, f"{__name__}:load_dag_file", (file,), timeout) for file in files)
    for job, outcome in pool.map(jobs):
        facts = outcome.value or DagFileFacts(job.key.path, outcome.process, failures=stuck_at(outcome, job.key.root))
        yield replace(facts, process=outcome.process)


def stuck_at(outcome: Outcome, root: Path) -> tuple[FailureFacts, ...]:
    """Where the user's code stood when its time was over, as the failure that it is."""
    for file, line, function in outcome.stack:
        if is_users(file, root):
            location = Location(relative(file, root), line)
            return (FailureFacts("Timeout", outcome.process.detail, location, f"{location}, in {function}"),)
    return ()


# In the child


def load_dag_file(file: DagFile) -> DagFileFacts:
    """The facts of one file, read in this very process: a child of the Airflow template."""
    from windtunnel.airflow_compat.dagbag import read_dag_file

    watch = ImportWatch(file.root, own=Path(os.environ["TMPDIR"]).parent)
    effects = settle_in(file)
    watch.start()
    bag = read_dag_file(file.file, file.dag_folder)
    seen = watch.stop()
    index = SourceIndex.of(file.file)
    return DagFileFacts(
        path=file.path,
        process=ProcessFacts(End.COMPLETED),
        failures=tuple(_import_failure(text, file, effects) for text in bag.import_errors.values()),
        dags=tuple(_dag_facts(dag, file, index) for _, dag in sorted(bag.dags.items())),
        uncalled=() if bag.import_errors else index.uncalled_dags(),
        effects=seen,
    )


def settle_in(file: DagFile) -> Effects:
    """Make Airflow at home in this child and the repository importable; what its code then does to the outside."""
    from windtunnel.airflow_compat.dagbag import enter_repository
    from windtunnel.airflow_compat.warm import move_in

    move_in(Path(os.environ["TMPDIR"]).parent / "airflow")
    effects = refuse_network()
    enter_repository(file.root, file.dag_folder)
    return effects


def _import_failure(text: str, file: DagFile, effects: Effects) -> FailureFacts:
    return failure_from_text(text, file.root, need_in_text(text, effects.refused))


def _dag_facts(dag: Any, file: DagFile, index: SourceIndex) -> DagFacts:
    from windtunnel.airflow_compat.dagbag import why_unserializable
    from windtunnel.airflow_compat.schedules import schedule_of
    from windtunnel.collectors.shape import shape_of

    edges = [(task.task_id, below) for task in dag.tasks for below in task.downstream_task_ids]
    return DagFacts(
        dag_id=dag.dag_id,
        location=dag_location(dag, file, index),
        tasks=tuple(_task_facts(task, dag, file, index) for task in dag.tasks),
        shape=shape_of([task.task_id for task in dag.tasks], edges),
        unserializable=why_unserializable(dag),
        edges=tuple(edges),
        schedule=schedule_of(dag),
    )


def _task_facts(task: Any, dag: Any, file: DagFile, index: SourceIndex) -> TaskFacts:
    from windtunnel.airflow_compat.dagbag import awaited_dag, is_branch, may_wait, triggered_dag

    return TaskFacts(
        dag_id=dag.dag_id,
        task_id=task.task_id,
        operator=str(task.task_type),
        location=task_location(task, dag, file, index),
        waits=may_wait(task),
        triggers=triggered_dag(task),
        awaits=awaited_dag(task),
        trigger_rule=str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        is_branch=is_branch(task),
        is_setup=bool(task.is_setup),
        is_teardown=bool(task.is_teardown),
    )


def dag_location(dag: Any, file: DagFile, index: SourceIndex) -> Location:
    """Where the DAG gets its id."""
    return Location(file.path, index.dag_line(dag.dag_id))


def task_location(task: Any, dag: Any, file: DagFile, index: SourceIndex) -> Location:
    """Where the task's function stands if it is the user's, else where the text gives the task its id."""
    function = getattr(task, "python_callable", None)
    code = getattr(_unwrapped(function), "__code__", None)
    line = index.task_line(task.task_id)
    if code is not None and is_users(code.co_filename, file.root):
        return Location(relative(code.co_filename, file.root), code.co_firstlineno)
    return Location(file.path, line) if line else dag_location(dag, file, index)


def _unwrapped(function: Any) -> Any:
    seen: set[int] = set()
    while hasattr(function, "__wrapped__") and id(function) not in seen:
        seen.add(id(function))
        function = function.__wrapped__
    return function
