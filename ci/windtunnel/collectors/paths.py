"""DAGs run again on the paths that their plain runs have not taken: round by round, within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from windtunnel.collectors.runs import DagRunRequest, collect_runs
from windtunnel.facts import PathsFacts, RunFacts
from windtunnel.paths import left_out, next_paths
from windtunnel.pool import Pool


@dataclass(frozen=True, slots=True)
class _Explored:
    """One DAG, and the runs of it that were seen: the plain one first."""

    request: DagRunRequest
    seen: list[RunFacts]

    def next_requests(self, most: int) -> list[DagRunRequest]:
        """The run of the next round; none where nothing more can be learned, or `most` further runs were made.

        One at a time: the DAG may write at a place that no run has of its own.
        """
        may_run = len(self.seen) <= most
        request = replace(self.request, heard=self.seen[0].heard)
        return [replace(request, forced=path) for path in next_paths(self.request.dag, self.seen)[:may_run]]

    def facts(self) -> PathsFacts:
        plain, *runs = self.seen
        return PathsFacts(self.request.dag, plain, tuple(runs), left_out(self.request.dag, self.seen))


def collect_paths(
    pool: Pool, plain: Iterable[tuple[DagRunRequest, RunFacts]], most: int, timeout: float
) -> Iterator[PathsFacts]:
    """What `most` further runs of each DAG have shown, held against its plain run."""
    explored = {(run.location.path, run.dag_id): _Explored(request, [run]) for request, run in plain}
    while explored:
        requests = {key: one.next_requests(most) for key, one in explored.items()}
        yield from (explored.pop(key).facts() for key, wanted in requests.items() if not wanted)
        for run in collect_runs(pool, [request for wanted in requests.values() for request in wanted], timeout):
            explored[run.location.path, run.dag_id].seen.append(run)
