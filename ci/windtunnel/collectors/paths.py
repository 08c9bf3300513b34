"""DAGs run again on the paths that their plain runs have not taken: round by round, within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from windtunnel.collectors.runs import DagRunRequest, collect_runs
from windtunnel.facts import PathsFacts, RunFacts
from windtunnel.paths import Path, left_out, next_paths
from windtunnel.pool import Pool


@dataclass(slots=True)
class _Explored:
    """What is known of one DAG, and how many further runs it may have."""

    request: DagRunRequest
    seen: list[RunFacts]
    left: int
    order: list[Path] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        return self.seen[0].location.path, self.seen[0].dag_id

    def next_requests(self) -> list[DagRunRequest]:
        """The runs of the next round; none where nothing more can be learned, or the budget is spent."""
        now = next_paths(self.request.dag, self.seen)[: self.left]
        self.left -= len(now)
        self.order += now
        return [replace(self.request, forced=path) for path in now]

    def facts(self) -> PathsFacts:
        runs = sorted(self.seen[1:], key=lambda run: self.order.index(run.forced))
        return PathsFacts(self.request.dag, self.seen[0], tuple(runs), left_out(self.request.dag, self.seen))


def collect_paths(
    pool: Pool, plain: Iterable[tuple[DagRunRequest, RunFacts]], most: int, timeout: float
) -> Iterator[PathsFacts]:
    """What `most` further runs of each DAG have shown, held against its plain run."""
    explored = [_Explored(request, [run], most) for request, run in plain]
    while explored:
        requests = [(one, one.next_requests()) for one in explored]
        yield from (one.facts() for one, now in requests if not now)
        explored = [one for one, now in requests if now]
        _run([request for _, now in requests for request in now], explored, pool, timeout)


def _run(requests: Sequence[DagRunRequest], explored: Sequence[_Explored], pool: Pool, timeout: float) -> None:
    by_key = {one.key: one for one in explored}
    for run in collect_runs(pool, requests, timeout):
        by_key[run.location.path, run.dag_id].seen.append(run)
