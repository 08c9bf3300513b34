"""DAGs in files that Airflow does not look at: dropped by its safe mode, or hidden by an .airflowignore."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from windtunnel.collectors.dags import DagFile, settle_in_to_read
from windtunnel.collectors.source import SourceIndex
from windtunnel.facts import UnseenDagsFacts
from windtunnel.findings import Location
from windtunnel.pool import Job, Pool


@dataclass(frozen=True, slots=True)
class UnseenFile:
    """A file of a DAG folder that Airflow passes over, and that may hold a DAG.

    `pattern` stands at `location` in an .airflowignore and hides it; both are empty where safe mode drops it.
    """

    file: DagFile
    pattern: str = ""
    location: Location | None = None


def collect_unseen(pool: Pool, files: Iterable[UnseenFile], timeout: float) -> Iterator[UnseenDagsFacts]:
    """The files that would give a DAG, together by the pattern that hides them. One that fails is not told of."""
    by_pattern: dict[UnseenDagsFacts, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    jobs = (Job(unseen, f"{__name__}:find_dags", (unseen,), timeout) for unseen in files)
    for job, outcome in pool.map(jobs):
        dag_ids, line = outcome.value or ((), 1)
        if dag_ids:
            location = job.key.location or Location(job.key.file.path, line)
            by_pattern[UnseenDagsFacts(location, (), job.key.pattern)].append((job.key.file.path, dag_ids))
    for facts, found in sorted(by_pattern.items(), key=lambda item: item[0].location):
        yield UnseenDagsFacts(facts.location, tuple(sorted(found)), facts.pattern)


# In the child


def find_dags(unseen: UnseenFile) -> tuple[tuple[str, ...], int]:
    """The ids of the DAGs that the file would give, and the line of the first; read in this very process."""
    from windtunnel.airflow_compat.dagbag import read_dag_file

    settle_in_to_read(unseen.file)
    bag: Any = read_dag_file(unseen.file.file, unseen.file.dag_folder, safe_mode=False)
    dag_ids = tuple(sorted(bag.dags))
    return dag_ids, min(map(SourceIndex.of(unseen.file.file).dag_line, dag_ids), default=1)
