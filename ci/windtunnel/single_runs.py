"""DAGs run one at a time, by their dag_id, for people who write their own assertions about the facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from windtunnel.collectors.dags import DagFile, as_loaded, loads
from windtunnel.collectors.discovery import discover
from windtunnel.collectors.fixture_tables import layer_of
from windtunnel.collectors.fixtures import read_fixtures
from windtunnel.collectors.modules import collect_dataflows
from windtunnel.collectors.runs import collect_runs
from windtunnel.collectors.saves import settle
from windtunnel.collectors.second_loads import collect_dag_files
from windtunnel.collectors.source import SourceIndex
from windtunnel.errors import UsageError, unknown
from windtunnel.facts import DagFacts, DagFileFacts, DataflowFacts, RunFacts
from windtunnel.pools import Pools
from windtunnel.run_requests import neighbours, run_request, that_record
from windtunnel.settings import Settings

if TYPE_CHECKING:
    from typing_extensions import Self


class SingleRuns:
    """The DAGs that `windtunnel check` would find under the settings, each loaded and run when it is asked for.

    A context manager: on leaving, its child processes are gone, but for `pools` that were handed in.
    With `records`, runs keep what goes through their dataflows. Raises UsageError where the settings make no sense.
    """

    def __init__(
        self, settings: Settings, pools: Pools | None = None, where: str = "windtunnel_run", *, records: bool = False
    ) -> None:
        self._settings, self._where = settings, where
        self._fixtures = read_fixtures(settings)
        found = discover(settings)
        self._files = {file.path: file for file in (*found.dag_files, *found.others)}
        self._modules = found.modules
        self._records = records
        self._pools = pools or Pools(settings, hamilton=found.drives_hamilton, runs=True)
        self._are_ours = pools is None
        self._loaded: dict[str, DagFileFacts] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._are_ours:
            self._pools.close()

    def run(self, dag_id: str, *, conf: Mapping[str, Any] | None = None, **given: Any) -> RunFacts:
        """Run the DAG, and return what was seen of it, whether it went well or not.

        What is `given` (connections, variables, environment, network, recording, date) is written as in the files of
        windtunnel.d, and wins over them. A UsageError where there is no such DAG, and for what means nothing.
        """
        table = {**given, **({} if conf is None else {"conf": dict(conf)})}
        fixtures = self._fixtures.under(layer_of(table, f"{self._where}({dag_id!r})", self._settings.root))
        file, dag = self._dag(dag_id)
        request = run_request(file, dag, self._neighbours(file, dag), fixtures)
        requests = that_record([request], self._pools.dags.folder) if self._records else [request]
        (run,) = settle([*collect_runs(self._pools.dags, requests, self._settings.timeout)])
        return run

    @property
    def pools(self) -> Pools:
        """The child processes."""
        return self._pools

    def file(self, dag_id: str) -> DagFile:
        """The file that the DAG stands in. A UsageError where there is no such DAG."""
        return self._dag(dag_id)[0]

    def dag(self, dag_id: str) -> DagFacts:
        """The DAG as it was loaded. A UsageError where there is no such DAG."""
        return self._dag(dag_id)[1]

    def dataflows(self, names: Collection[str]) -> tuple[DataflowFacts, ...]:
        """The graphs of those of the repository's Hamilton modules that have these names."""
        wanted = [module for module in self._modules if module.name in names]
        return tuple(collect_dataflows(self._pools.modules, wanted, self._settings.timeout)) if wanted else ()

    def _dag(self, dag_id: str) -> tuple[DagFile, DagFacts]:
        """The DAG and its file. Those whose text names it are looked into first: a session may want but one DAG."""
        self._load(file for file in self._files.values() if dag_id in SourceIndex.of(file.file).dag_ids)
        if not self._holders(dag_id):
            self._load(self._files.values())
        holders = self._holders(dag_id)
        if not holders:
            raise self._stranger(dag_id)
        if len(holders) > 1:
            files = " and ".join(file.path for file, _ in holders)
            raise UsageError(f"{self._where}: DAG {dag_id!r} stands in {files}; give it another dag_id in one of them")
        file, dag = holders[0]
        if dag.unserializable:
            raise UsageError(f"{self._where}: Airflow cannot store DAG {dag_id!r}: {dag.unserializable}")
        return file, dag

    def _load(self, files: Iterable[DagFile]) -> None:
        missing = [file for file in files if file.path not in self._loaded]
        for facts in collect_dag_files(self._pools.dags, missing, self._settings.timeout):
            self._loaded[facts.path] = facts

    def _holders(self, dag_id: str) -> list[tuple[DagFile, DagFacts]]:
        return [
            (as_loaded(self._files[facts.path], facts), dag)
            for facts in self._loaded.values()
            for dag in facts.dags
            if dag.dag_id == dag_id
        ]

    def _stranger(self, dag_id: str) -> UsageError:
        known = [dag.dag_id for facts in self._loaded.values() for dag in facts.dags]
        lost = [_why_not_loaded(facts) for facts in self._loaded.values() if not loads(facts)]
        hint = "; ".join([f"there are {', '.join(sorted(known)) or 'none'}", *(f"not loaded: {why}" for why in lost)])
        return unknown(self._where, "DAG", dag_id, known or [""], hint)

    def _neighbours(self, file: DagFile, dag: DagFacts) -> tuple[DagFile, ...]:
        if not any(task.triggers or task.awaits for task in dag.tasks):
            return ()
        self._load(self._files.values())
        file_of = {known.dag_id: self._files[facts.path] for facts in self._loaded.values() for known in facts.dags}
        return neighbours(dag, {**file_of, dag.dag_id: file})


def _why_not_loaded(facts: DagFileFacts) -> str:
    return f"{facts.path} ({facts.failures[0].summary if facts.failures else facts.process.detail})"
