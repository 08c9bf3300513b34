"""DAG files loaded through Airflow's DagBag, each in a child of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.clashes import clashes
from windtunnel.collectors.digests import digest
from windtunnel.collectors.effects import Effects, refuse_network
from windtunnel.collectors.failures import failure_facts, failure_from_text, is_users, relative
from windtunnel.collectors.import_costs import IMPORT_COSTS
from windtunnel.collectors.imports import ImportWatch
from windtunnel.collectors.late_binding import late_bound
from windtunnel.collectors.missing_modules import with_hint
from windtunnel.collectors.needs import need_in_text, need_of, need_of_write
from windtunnel.collectors.shared_arguments import shared_arguments
from windtunnel.collectors.source import SourceIndex, holder_of
from windtunnel.collectors.start_folders import stand_in
from windtunnel.collectors.uncalled import uncalled_tasks
from windtunnel.collectors.unreached import is_imported_elsewhere, unreached_makers
from windtunnel.collectors.writes import WriteGuard
from windtunnel.facts import DagFacts, DagFileFacts, End, FailureFacts, ProcessFacts, TaskFacts
from windtunnel.findings import Location
from windtunnel.pool import Outcome


@dataclass(frozen=True, slots=True)
class DagFile:
    """A candidate DAG file, the DAG folder that it lies in, and the root of the repository.

    `start` is the folder that a process has to stand in to load it; None where any will do.
    """

    file: Path
    dag_folder: Path
    root: Path
    start: Path | None = None

    @property
    def path(self) -> str:
        """The file as findings name it."""
        return relative(self.file, self.root)


def as_loaded(file: DagFile, facts: DagFileFacts) -> DagFile:
    """The file, to be loaded once more as it was loaded for these facts."""
    return replace(file, start=file.root / facts.started_in) if facts.started_in else file


def loads(facts: DagFileFacts) -> bool:
    """Whether the file was loaded whole."""
    return facts.process.end is End.COMPLETED and not facts.failures


def stuck_at(outcome: Outcome, root: Path) -> tuple[FailureFacts, ...]:
    """Where the user's code stood when it was stopped or crashed the interpreter, as the failure that it is."""
    for file, line, function in outcome.stack:
        if is_users(file, root):
            location = Location(relative(file, root), line)
            kind = "Timeout" if outcome.process.end is End.TIMED_OUT else "Crash"
            return (FailureFacts(kind, outcome.process.detail, location, f"{location}, in {function}"),)
    return ()


# In the child


class Loader:
    """Loads DAG files in this very process, a child of the Airflow template, where it settles in for the first.

    The others must lie in the same DAG folder of the same repository, and want the same place to start in; and what
    modules of the user's one has imported are gone from `sys.modules` before the next is loaded.
    """

    def __init__(self, first: DagFile) -> None:
        from windtunnel.airflow_compat.schedules import tell_naive_starts
        from windtunnel.collectors.made_dags import MadeDags

        self._own = own_folder()
        self._watch = ImportWatch(first.root, self._own)
        self._effects = settle_in(first)
        tell_naive_starts()
        self._made = MadeDags()
        self._before = frozenset(sys.modules)

    def load(self, file: DagFile) -> DagFileFacts:
        """The facts of one file."""
        from windtunnel.airflow_compat.dagbag import read_dag_file

        self._effects.forget_refused()
        self._made.listen(file.file)
        self._watch.start()
        try:
            bag, seconds = IMPORT_COSTS.measured(lambda: read_dag_file(file.file, file.dag_folder))
        except BaseException as error:  # DagBag lets some pass: a KeyboardInterrupt, a broken archive
            failure = failure_facts(error, file.root, need_of(error) or need_of_write(self._watch.refused))
            return DagFileFacts(file.path, ProcessFacts(End.COMPLETED), (failure,), effects=self._watch.stop())
        seen = self._watch.stop()
        index = SourceIndex.of(file.file)
        dags = tuple(bag.dags.values())
        facts = DagFileFacts(
            path=file.path,
            process=ProcessFacts(End.COMPLETED),
            failures=tuple(self._failure(text, file) for text in bag.import_errors.values()),
            dags=tuple(_dag_facts(dag, file, index, self._own.parent) for _, dag in sorted(bag.dags.items())),
            effects=seen,
            uncalled_tasks=uncalled_tasks(file.file, file.root) if bag.dags and not bag.import_errors else (),
            shared=shared_arguments(bag.dags.values(), file.file, file.path),
            reused=self._made.reused(dags),
            late=late_bound(dags, file.root),
            clashes=clashes(file.file, file.root, self._before),
            started_in=relative(file.start, file.root) if file.start else "",
            import_seconds=seconds,
        )
        return facts if facts.failures else _with_dags_not_found(facts, file, index, self._made.lost(dags))

    def _failure(self, text: str, file: DagFile) -> FailureFacts:
        need = need_in_text(text, self._effects.refused) or need_of_write(self._watch.refused)
        failure = with_hint(failure_from_text(text, file.root, need), file.root)
        line = SourceIndex.of(file.file).blamed_line(text)
        return replace(failure, location=failure.location or Location(file.path, line))


def _with_dags_not_found(
    facts: DagFileFacts, file: DagFile, index: SourceIndex, lost: tuple[tuple[str, int], ...]
) -> DagFileFacts:
    """With what is written to make a DAG and makes none, unless another file imports this one and may use that."""
    uncalled = index.uncalled_dags()
    unreached = () if facts.dags or lost or uncalled else unreached_makers(file.file)
    if not (uncalled or unreached or lost) or is_imported_elsewhere(file.file, file.root):
        return facts
    return replace(facts, uncalled=uncalled, unreached=unreached, lost=lost)


def own_folder() -> Path:
    """The folder of this child, which lies beside those of all others; to be asked before the user's code runs."""
    return Path(os.environ["TMPDIR"]).parent


def settle_in_to_read(file: DagFile) -> Effects:
    """Settle in, and let nobody write for as long as this process lives."""
    effects = settle_in(file)
    WriteGuard(file.root, own_folder()).is_on = True
    return effects


def settle_in(file: DagFile) -> Effects:
    """Make Airflow at home in this child and the repository importable; what its code then does to the outside."""
    from windtunnel.airflow_compat.dagbag import enter_repository
    from windtunnel.airflow_compat.warm import move_in

    move_in(own_folder() / "airflow")
    effects = refuse_network(file.root)
    enter_repository(file.root, file.dag_folder)
    if file.start is not None:
        stand_in(file.start)
    return effects


def _dag_facts(dag: Any, file: DagFile, index: SourceIndex, workshop: Path) -> DagFacts:
    from windtunnel.airflow_compat.callbacks import failure_callbacks_of
    from windtunnel.airflow_compat.dagbag import store
    from windtunnel.airflow_compat.instances import instances_of
    from windtunnel.airflow_compat.references import consumed_assets, groups_of
    from windtunnel.airflow_compat.schedules import schedule_of
    from windtunnel.airflow_compat.tasks import handed_on, seconds
    from windtunnel.collectors.shape import shape_of

    stored = store(dag)
    instances = instances_of(dag, stored.dag)
    most = {task_id: number for task_id, (number, _) in instances.items()}
    edges = [(task.task_id, below) for task in dag.tasks for below in task.downstream_task_ids]
    return DagFacts(
        dag_id=dag.dag_id,
        location=dag_location(dag, file, index),
        tasks=tuple(_counted(_task_facts(task, dag, file, index), instances) for task in dag.tasks),
        shape=shape_of([task.task_id for task in dag.tasks], edges, most),
        unserializable=stored.reason,
        edges=tuple(edges),
        data_edges=tuple((above, task.task_id) for task in dag.tasks for above in sorted(handed_on(task))),
        schedule=schedule_of(dag, stored.dag),
        digest=digest(stored.text, workshop),
        groups=groups_of(dag),
        consumes=consumed_assets(dag),
        run_timeout=seconds(dag.dagrun_timeout),
        tags=tuple(sorted(map(str, dag.tags))),
        on_failure=failure_callbacks_of(dag),
    )


def _counted(task: TaskFacts, instances: Mapping[str, tuple[int, bool]]) -> TaskFacts:
    number, is_exact = instances.get(task.task_id, (1, True))
    return replace(task, instances=number, is_bound=not is_exact)


def _task_facts(task: Any, dag: Any, file: DagFile, index: SourceIndex) -> TaskFacts:
    from windtunnel.airflow_compat.callbacks import failure_callbacks_of
    from windtunnel.airflow_compat.dagbag import is_branch, may_wait
    from windtunnel.airflow_compat.forcing import cuts_of
    from windtunnel.airflow_compat.instances import nature_of
    from windtunnel.airflow_compat.references import awaited_dag, references_of, triggered_dag
    from windtunnel.airflow_compat.tasks import mapping_of, sensor_of
    from windtunnel.collectors.wiring import choices_of, outside_and_limits, spans_interval

    location = task_location(task, dag, file, index)
    outside, limits = outside_and_limits(task, file.root)
    return TaskFacts(
        dag_id=dag.dag_id,
        task_id=task.task_id,
        operator=str(task.task_type),
        location=location,
        waits=may_wait(task),
        triggers=triggered_dag(task),
        awaits=awaited_dag(task),
        trigger_rule=str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        is_branch=is_branch(task),
        is_setup=bool(task.is_setup),
        is_teardown=bool(task.is_teardown),
        nature=nature_of(task),
        **references_of(task),
        choices=choices_of(task, location, file.root, file.file) if is_branch(task) else (),
        outside=outside,
        limits=limits,
        mapping=mapping_of(task),
        sensor=sensor_of(task),
        cuts=cuts_of(task),
        on_failure=failure_callbacks_of(task),
        spans=spans_interval(task, file.root),
    )


def dag_location(dag: Any, file: DagFile, index: SourceIndex) -> Location:
    """Where the DAG gets its id."""
    member = Path(str(dag.fileloc))
    if holder_of(member) == file.file != member:  # the file is an archive, and the DAG's lies in it
        return Location(relative(member, file.root), SourceIndex.of(member).dag_line(dag.dag_id))
    return Location(file.path, index.dag_line(dag.dag_id))


def task_location(task: Any, dag: Any, file: DagFile, index: SourceIndex) -> Location:
    """Where the text of the file names the task; else where its function stands if it is the user's."""
    if file.file.suffix == ".py" and (named := index.named_line(task.task_id, dag.dag_id)):
        return Location(file.path, named)
    function = getattr(task, "python_callable", None)
    code = getattr(_unwrapped(function), "__code__", None)
    line = index.task_line(task.task_id)
    if code is not None and is_users(code.co_filename, file.root):
        return Location(relative(code.co_filename, file.root), code.co_firstlineno)
    where = dag_location(dag, file, index)
    if not line and where.path != file.path:
        line = SourceIndex.of(Path(str(dag.fileloc))).task_line(task.task_id)
    return Location(where.path, line) if line else where


def _unwrapped(function: Any) -> Any:
    seen: set[int] = set()
    while hasattr(function, "__wrapped__") and id(function) not in seen:
        seen.add(id(function))
        function = function.__wrapped__
    return function
