"""What was seen to its end in one run: only of that can it be said that a finding is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from windtunnel.checks import Check
from windtunnel.facts import (
    AllRunsFacts,
    ContextFacts,
    DagFacts,
    DagFileFacts,
    DataflowFacts,
    DriverFacts,
    End,
    InstabilityFacts,
    NodeFacts,
    OverwriteFacts,
    PathsFacts,
    PropertyFacts,
    RunEnd,
    RunFacts,
    SaveFacts,
    SlowImportFacts,
    TaskFacts,
    TaskRunFacts,
    UncommittedFacts,
)
from windtunnel.report import Report

_OF_LOAD = (DagFileFacts, DagFacts, TaskFacts, InstabilityFacts, SlowImportFacts)
_OF_RUN = (RunFacts, TaskRunFacts, DriverFacts, SaveFacts, OverwriteFacts, UncommittedFacts)


@dataclass(frozen=True, slots=True)
class Examined:
    """The facts of a report, asked how far they go; `whole` where the run left no file of the repository out."""

    report: Report
    whole: bool

    def judged(self, check: Check, path: str, task_id: str = "") -> bool:
        """Whether all that the check reads of the file at `path`, or of one task in it, was seen to its end.

        A file that is neither a DAG file nor a module is judged with all others, or not at all.
        """
        if not self._knows(path):
            return self.whole and self._everything(check)
        if issubclass(check.on, _OF_LOAD):
            needs_dags = issubclass(check.on, DagFacts | TaskFacts) and not self._is_module(path)
            return self._loaded(path) and (bool(self._dags(path)) or not needs_dags)
        if issubclass(check.on, _OF_RUN):
            return self._ran(path, task_id)
        if issubclass(check.on, ContextFacts | PathsFacts):
            return self._ran_again(check.on, path)
        if issubclass(check.on, DataflowFacts | NodeFacts):
            # Of the configurations that a graph is judged under, other files tell.
            return self.whole and any(flow.path == path for flow in self.report.dataflows) and self._built(path)
        if issubclass(check.on, PropertyFacts):
            return self._tried(path)
        return self.whole and self._everything(check)

    def has_lost(self, dag_id: str) -> bool:
        """Whether all files were loaded, and none has a DAG of this name."""
        known = {dag.dag_id for file in self.report.files for dag in file.dags}
        loaded = self.whole and bool(self.report.files) and all(map(_loads, self.report.files))
        return loaded and bool(dag_id) and dag_id not in known

    def _knows(self, path: str) -> bool:
        return path in {file.path for file in self.report.files} | {flow.path for flow in self.report.dataflows}

    def _is_module(self, path: str) -> bool:
        return all(file.path != path for file in self.report.files)

    def _everything(self, check: Check) -> bool:
        loaded = all(map(_loads, self.report.files))
        if check.on is AllRunsFacts or issubclass(check.on, (*_OF_RUN, ContextFacts, PathsFacts)):
            return loaded and self._all_ran()
        if issubclass(check.on, DataflowFacts | NodeFacts | PropertyFacts):
            return all(self._tried(flow.path) for flow in self.report.dataflows)
        return loaded and all(self._built(flow.path) for flow in self.report.dataflows)

    def _loaded(self, path: str) -> bool:
        """A module is imported by DAG files, and nobody knows by which."""
        if self._is_module(path):
            return self.whole and bool(self.report.files) and all(map(_loads, self.report.files))
        return all(_loads(file) for file in self.report.files if file.path == path)

    def _ran(self, path: str, task_id: str = "") -> bool:
        if self._is_module(path):
            return self.whole and self._all_ran()
        dags = self._dags(path)
        return bool(dags) and all(self._has_run(dag, task_id) for dag in dags) and self._loaded(path)

    def _all_ran(self) -> bool:
        with_dags = [file for file in self.report.files if file.dags or not _loads(file)]
        return bool(self.report.runs) and all(self._ran(file.path) for file in with_dags)

    def _dags(self, path: str) -> list[DagFacts]:
        return [dag for file in self.report.files if file.path == path for dag in file.dags]

    def _has_run(self, dag: DagFacts, task_id: str) -> bool:
        of_dag = [run for run in self.report.runs if (run.dag_id, run.location) == (dag.dag_id, dag.location)]
        return bool(of_dag) and all(is_whole(run, task_id) for run in of_dag)

    def _ran_again(self, on: type, path: str) -> bool:
        """Not each DAG is run in each context: where this one was not, nothing is known."""
        dags = self._dags(path)
        return bool(dags) and self._ran(path) and all(self._was_taken(on, dag) for dag in dags)

    def _was_taken(self, on: type, dag: DagFacts) -> bool:
        if on is PathsFacts:
            of_dag = [paths for paths in self.report.paths if paths.dag_id == dag.dag_id]
            return bool(of_dag) and not any(paths.left_out for paths in of_dag)
        contexts = [one for one in self.report.contexts if isinstance(one, on) and one.dag_id == dag.dag_id]
        visits = [visit for context in contexts for visit in context.visits]
        return bool(visits) and all(_succeeded(visit.tasks) for visit in visits)

    def _built(self, path: str) -> bool:
        flows = [flow for flow in self.report.dataflows if flow.path == path]
        return all(flow.failure is None and flow.process.end is End.COMPLETED for flow in flows)

    def _tried(self, path: str) -> bool:
        tried = [facts for facts in self.report.properties if facts.path == path]
        done = all(facts.process.end is End.COMPLETED and not facts.not_exercised for facts in tried)
        return self._built(path) and bool(tried) and done


def is_whole(run: RunFacts, task_id: str = "") -> bool:
    """Whether the run went to its end and every task in it, or all of the one, succeeded."""
    finished = run.process.end is End.COMPLETED and run.left is RunEnd.FINISHED and run.failure is None
    of_task = [task for task in run.tasks if task_id in ("", task.task_id)]
    return finished and bool(of_task or not task_id) and _succeeded(of_task)


def _loads(file: DagFileFacts) -> bool:
    return not file.failures and file.process.end is End.COMPLETED


def _succeeded(tasks: Iterable[TaskRunFacts] | Sequence[TaskRunFacts]) -> bool:
    return all(task.state == "success" for task in tasks)
