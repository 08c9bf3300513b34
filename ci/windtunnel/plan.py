"""What has to be collected: derived from the checks that were selected, and from what was found."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

from windtunnel.checks import Check, catalogue, matches
from windtunnel.collectors.context_plan import CONTEXTS
from windtunnel.collectors.discovery import Found
from windtunnel.collectors.engine_requests import insist_on
from windtunnel.errors import UsageError
from windtunnel.facts import (
    ContextFacts,
    CoverageFacts,
    DagFacts,
    DagFileFacts,
    DataflowFacts,
    DrivenTogetherFacts,
    EngineFacts,
    FlowFacts,
    InstabilityFacts,
    MisdeclaredFacts,
    NodeFacts,
    PathsFacts,
    PropertyFacts,
    ReplayFacts,
    RepositoryFacts,
    SlowImportFacts,
    TaskFacts,
    UnseenDagsFacts,
    Wired,
)
from windtunnel.judging import CONTEXT_SUBJECTS, RUN_SUBJECTS, VALUE_SUBJECTS
from windtunnel.pools import Pools
from windtunnel.settings import Settings

_BEFORE_STRUCTURE = ("WT101", "WT102", "WT104", "WT109")
_BEFORE_RUNS = (*_BEFORE_STRUCTURE, "WT103")
_BEFORE_CONTEXTS = ("WT301", "WT304", "WT305", "WT306", "WT307", "WT308")
_BEFORE_GRAPHS = ("WT501", "WT510")
_BY_OTHER_HASHES = "WT609"
FAULTS_OF_FILES = (InstabilityFacts, SlowImportFacts)
"""What a file that loads has only where it is at fault."""
PROPERTY_SUBJECTS = (PropertyFacts, MisdeclaredFacts)
"""What is learned by trying functions."""
LOAD_SUBJECTS = (RepositoryFacts, DagFileFacts, DagFacts, TaskFacts, UnseenDagsFacts, *FAULTS_OF_FILES)
GRAPH_SUBJECTS = (DataflowFacts, NodeFacts, DrivenTogetherFacts, Wired)
SUBJECTS: tuple[type, ...] = (
    *(*LOAD_SUBJECTS, *RUN_SUBJECTS, PathsFacts, *CONTEXT_SUBJECTS, *VALUE_SUBJECTS),
    *(*GRAPH_SUBJECTS, *PROPERTY_SUBJECTS),
)
"""The kinds of facts that are collected for the checks that read them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be collected, derived from the checks that were selected and from what was found.

    DAGs are run where a check `judges_runs`, and where functions are to be tried near the values of real runs.
    """

    found: Found
    loads: bool
    parses_again: bool
    profiles: bool
    runs: bool
    dataflows: bool
    properties: bool
    judges_runs: bool = False
    hashes: bool = False
    unseen: bool = False
    contexts: tuple[type[ContextFacts], ...] = ()
    paths: bool = False
    records: bool = False
    replays: bool = False
    engines: bool = False
    looks: bool = False
    coverage: bool = False

    @classmethod
    def of(cls, checks: Sequence[Check], found: Found, settings: Settings) -> Plan:
        """The plan; a UsageError where nothing would be checked, or where what is needed is not installed."""
        subjects = {check.on for check in checks}
        asked = tuple(on for on in subjects if issubclass(on, ContextFacts))
        contexts = tuple(CONTEXTS[name] for name in settings.contexts if issubclass(CONTEXTS[name], asked))
        paths = PathsFacts in subjects and settings.max_paths > 0
        again = bool(contexts) or PathsFacts in subjects
        properties = bool(found.modules) and not subjects.isdisjoint(PROPERTY_SUBJECTS)
        values = bool(found.dag_files) and found.drives_hamilton
        replays = values and not subjects.isdisjoint(VALUE_SUBJECTS)
        # Where there is no Airflow, types alone will do.
        records = replays or (values and properties and bool(installed("apache-airflow-core")))
        judged = bool(found.dag_files) and (again or replays or not subjects.isdisjoint(RUN_SUBJECTS))
        runs = judged or records
        plan = cls(
            found=found,
            loads=runs or (bool(found.dag_files) and not subjects.isdisjoint(LOAD_SUBJECTS)),
            parses_again=bool(found.dag_files) and InstabilityFacts in subjects,
            profiles=bool(found.dag_files) and SlowImportFacts in subjects,
            runs=runs,
            judges_runs=judged,
            dataflows=bool(found.modules)
            and not subjects.isdisjoint((*GRAPH_SUBJECTS, *([CoverageFacts] if judged else []))),
            properties=properties,
            hashes=bool(found.modules) and any(check.code == _BY_OTHER_HASHES for check in checks),
            unseen=UnseenDagsFacts in subjects,
            contexts=contexts,
            paths=runs and paths,
            records=records,
            replays=replays and ReplayFacts in subjects,
            engines=replays and EngineFacts in subjects,
            looks=judged and FlowFacts in subjects,
            coverage=judged and CoverageFacts in subjects,
        )
        plan._insist(settings)
        return plan

    @property
    def needs_hamilton(self) -> bool:
        """Whether the DAGs, run or only loaded, make use of Hamilton."""
        return self.found.drives_hamilton if self.runs else self.found.imports_hamilton

    def pools(self, settings: Settings) -> Pools:
        """What the plan is carried out in. Raises UsageError for an `env_file` that cannot be read."""
        return Pools(settings, hamilton=self.needs_hamilton, runs=self.runs)

    def _insist(self, settings: Settings) -> None:
        if not (self.loads or self.dataflows or self.properties):
            looked_in = ", ".join(map(str, settings.paths or (settings.root,)))
            raise UsageError(
                f"{looked_in}: nothing found to check: no DAG file or no Hamilton module for the checks selected; "
                "name a folder, or set --dags and --modules"
            )
        if self.loads and not installed("apache-airflow-core"):
            raise UsageError(
                f"{self.found.dag_files[0].path}: a DAG file, but {sys.executable} has no Airflow 3.1 to 3.3; "
                "install apache-airflow beside windtunnel, or leave the DAGs out with --select WT5,WT6 "
                "--ignore WT62,WT63"
            )
        if self.engines:
            insist_on(settings.engines, "engines")
            for budget in settings.budgets:
                insist_on(budget.get("engines") or (), f"the budget of {budget.of} {budget.pattern!r}")
        if (self.dataflows or self.properties) and not installed("apache-hamilton"):
            raise UsageError(
                f"{self.found.modules[0].path}: a Hamilton module, but {sys.executable} has no Hamilton; "
                "install apache-hamilton beside windtunnel, or leave the modules out with --ignore WT5,WT6"
            )


def prerequisites(plan: Plan, checks: Sequence[Check], settings: Settings) -> tuple[Check, ...]:
    """The checks that say why a DAG was not judged or a function not tried, where nobody has chosen them.

    Without them `--select WT2` would pass a file that does not load.
    """
    before_dags: tuple[str, ...] = _BEFORE_RUNS if plan.runs else _BEFORE_STRUCTURE if plan.loads else ()
    before_dags += _BEFORE_CONTEXTS if plan.contexts else ()
    codes = before_dags + (_BEFORE_GRAPHS if plan.properties or plan.dataflows else ())
    needed = [check for check in catalogue() if check.code in codes and check not in checks]
    return tuple(check for check in needed if not matches(check, settings.ignore))


def installed(distribution: str) -> str:
    """The version of a distribution that is installed here, "" where it is not."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
