"""A session that examines one subject at a time, for doors that decide themselves what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from windtunnel.checks import selected
from windtunnel.collectors.dags import DagFile, collect_dag_files
from windtunnel.collectors.discovery import discover
from windtunnel.collectors.modules import ModuleFile, collect_dataflows, collect_trials
from windtunnel.collectors.runs import DagRunRequest, collect_runs
from windtunnel.collectors.saves import settle
from windtunnel.engine import Plan, Pools, neighbours, trial_of, versions
from windtunnel.facts import DagFacts, DagFileFacts, DataflowFacts, NodeFacts, RunFacts, SaveState
from windtunnel.findings import Finding
from windtunnel.judging import Subject, judge, subjects_of_file, subjects_of_module, subjects_of_run
from windtunnel.report import Report
from windtunnel.settings import Settings


class Workbench:
    """What was found under the settings, examined on demand and each thing once. Close it to end its child processes.

    Raises UsageError where the settings make no sense or leave nothing to check.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._checks = selected(settings)
        self._plan = Plan.of(self._checks, discover(settings), settings)
        found = self._plan.found
        self._dag_files = {file.file: file for file in found.dag_files}
        self._modules = {module.file: module for module in found.modules}
        self._pools = Pools(settings.jobs, found.drives_hamilton)
        self._loaded: dict[Path, DagFileFacts] = {}
        self._built: dict[Path, DataflowFacts] = {}
        self._ran: dict[tuple[Path, str], RunFacts] = {}

    loads = property(lambda self: self._plan.loads)
    runs = property(lambda self: self._plan.runs)
    builds = property(lambda self: self._plan.dataflows)
    tries = property(lambda self: self._plan.properties)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that there is something to say about."""
        dag_files = self._dag_files if self.loads else {}
        modules = self._modules if self.builds or self.tries else {}
        return (*dag_files, *modules)

    def close(self) -> None:
        """End the child processes."""
        self._pools.close()

    def dag_file(self, path: Path) -> DagFile | None:
        """The DAG file at `path`, if it is one and its checks are on."""
        return self._dag_files.get(path.resolve()) if self.loads else None

    def module(self, path: Path) -> ModuleFile | None:
        """The Hamilton module at `path`, if it is one and its checks are on."""
        return self._modules.get(path.resolve()) if self.builds or self.tries else None

    def loaded(self, file: DagFile) -> DagFileFacts:
        """The DAG file, loaded."""
        if file.file not in self._loaded:
            (self._loaded[file.file],) = collect_dag_files(self._pools.dags, [file], self._settings.timeout)
        return self._loaded[file.file]

    def built(self, module: ModuleFile) -> DataflowFacts:
        """The module with its graph."""
        if module.file not in self._built:
            (self._built[module.file],) = collect_dataflows(self._pools.modules, [module], self._settings.timeout)
        return self._built[module.file]

    def load_subjects(self, facts: DagFileFacts) -> Iterable[Subject]:
        """What the checks of a load read."""
        return subjects_of_file(facts)

    def graph_subjects(self, facts: DataflowFacts) -> Iterable[Subject]:
        """What the checks of a graph read."""
        return subjects_of_module(facts)

    def run_subjects(self, file: DagFile, dag: DagFacts) -> Iterable[Subject]:
        """What the checks of a run read; the DAG is run now."""
        run = self._run(file, dag)
        if any(save.state is SaveState.NEVER_REQUESTED for save in run.saves):
            # Another DAG may ask for it: nothing is said before all have run.
            run = next(settled for settled in settle(self._run_all()) if settled.location == run.location)
        return subjects_of_run(run)

    def _run(self, file: DagFile, dag: DagFacts) -> RunFacts:
        key = (file.file, dag.dag_id)
        if key not in self._ran:
            request = DagRunRequest(file, dag, self._settings.conf, self._neighbours(file, dag))
            (self._ran[key],) = collect_runs(self._pools.dags, [request], self._settings.timeout)
        return self._ran[key]

    def _neighbours(self, file: DagFile, dag: DagFacts) -> tuple[DagFile, ...]:
        if not any(task.triggers for task in dag.tasks):
            return ()
        files = [*self._dag_files.values(), file]
        return neighbours(dag, {known.dag_id: each for each in files for known in self.loaded(each).dags})

    def _run_all(self) -> Iterator[RunFacts]:
        for file in self._dag_files.values():
            yield from (self._run(file, dag) for dag in self.loaded(file).dags if not dag.unserializable)

    def property_subjects(self, module: ModuleFile, node: NodeFacts) -> Iterator[Subject]:
        """What the checks of properties read; the node's function is tried now."""
        trial = trial_of(module, (node.name,), self._settings)
        for facts in collect_trials(self._pools.modules, [trial], self._settings.timeout):
            for tried in facts:
                yield from subjects_of_module(tried)

    def judge(self, subjects: Iterable[Subject]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings that fail, and the others that count."""
        findings = [found for found in judge(self._checks, subjects, self._settings) if not found.suppressed]
        severe = tuple(found for found in findings if found.severity >= self._settings.fail_on)
        return severe, tuple(found for found in findings if found not in severe)

    def describe(self, findings: tuple[Finding, ...]) -> str:
        """The findings as the terminal shows them."""
        from windtunnel.reporters import render

        settings = replace(self._settings, quiet=True)
        report = Report(
            settings.root, versions(), settings.fail_on, len(self._checks), settings.seed, findings=findings
        )
        return render(report, "text", verbosity=-1)
