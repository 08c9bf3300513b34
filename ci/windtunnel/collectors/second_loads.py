"""Every DAG file loaded; those that an empty working directory may have failed, once more where deployments start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from windtunnel.collectors import batches
from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.start_folders import may_come_of_the_place, start_folders
from windtunnel.facts import DagFileFacts, End
from windtunnel.pool import Pool


def collect_dag_files(pool: Pool, files: Iterable[DagFile], timeout: float) -> Iterator[DagFileFacts]:
    """The facts of each file, in the order in which they are known. `timeout` is for one file, in seconds."""
    by_path = {file.path: file for file in files}
    again: dict[str, DagFileFacts] = {}
    for facts in batches.collect_dag_files(pool, by_path.values(), timeout):
        file = by_path[facts.path]
        if may_come_of_the_place(facts, file.file, file.root):
            again[facts.path] = facts
        else:
            yield facts
    better = _loaded_elsewhere(pool, [by_path[path] for path in again], again, timeout)
    yield from (better.get(path, facts) for path, facts in again.items())


def _loaded_elsewhere(
    pool: Pool, files: list[DagFile], before: dict[str, DagFileFacts], timeout: float
) -> dict[str, DagFileFacts]:
    """The facts by path of those that fare better somewhere, in the first place where they do."""
    places = [[replace(file, start=start) for start in start_folders(file.root, file.dag_folder)] for file in files]
    better: dict[str, DagFileFacts] = {}
    for facts in batches.collect_dag_files(pool, chain.from_iterable(places), timeout):
        stumbled = next(iter(before[facts.path].failures), None)
        is_better = not facts.failures and facts.process.end is End.COMPLETED and (facts.dags or stumbled)
        if is_better and (facts.path not in better or _rank(facts) < _rank(better[facts.path])):
            better[facts.path] = replace(facts, stumbled=stumbled)
    return better


def _rank(facts: DagFileFacts) -> int:
    """The root before what lies in it."""
    return 0 if facts.started_in == "." else len(facts.started_in)
