"""Recorded dataflows played again with changes of what enters them, each in a child of its own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from windtunnel.collectors.dags import DagFile
from windtunnel.facts import End, ProcessFacts, ReplayFacts, RunFacts
from windtunnel.findings import Location
from windtunnel.pool import Job, Pool

_CHILD = "windtunnel.collectors.playing"
_LEAST = 1.0  # seconds
_OF_TIMEOUT = 0.6  # one more trial may be at work when the share of a dataflow is spent


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """One file of a recorded dataflow, which a task of the run of a DAG left.

    `perturbations` are the kinds of changes to be tried, and `seconds` is the time for that, once it is known.
    """

    file: str
    dag_id: str
    path: str
    locations: tuple[tuple[str, Location], ...]
    root: Path
    dag_folder: Path
    perturbations: tuple[str, ...]
    seconds: float = 0.0

    def nothing_known(self, task_id: str) -> ReplayFacts:
        """The facts before anything was tried."""
        location = dict(self.locations).get(task_id, Location(self.path))
        return ReplayFacts(self.dag_id, task_id, self.path, location, ProcessFacts(End.COMPLETED))


def replay_requests(run: RunFacts, dag_file: DagFile, perturbations: tuple[str, ...] = ()) -> list[ReplayRequest]:
    """What asks for the dataflows of one run to be played again."""
    places = tuple((task.task_id, task.location) for task in run.tasks)
    path, root, folder = run.location.path, dag_file.root, dag_file.dag_folder
    return [ReplayRequest(file, run.dag_id, path, places, root, folder, perturbations) for file in run.recorded]


def collect_replays(
    pool: Pool, requests: Iterable[ReplayRequest], timeout: float, budget: float
) -> Iterator[ReplayFacts]:
    """The facts of each dataflow, in the order in which their children end. All together have `budget` seconds.

    What those that begin first leave of it goes to the others, so the small ones begin.
    """
    wanted = timed(requests, pool.size, timeout, budget)
    jobs = (Job(request, f"{_CHILD}:play_again", (request,), timeout) for request in wanted)
    for job, outcome in pool.map(jobs):
        facts: ReplayFacts = outcome.value or job.key.nothing_known("")
        why = facts.not_played or ("" if outcome.process.end is End.COMPLETED else outcome.process.detail)
        yield replace(facts, process=outcome.process, not_played=why)


def timed(requests: Iterable[ReplayRequest], at_a_time: int, timeout: float, budget: float) -> Iterator[ReplayRequest]:
    """The requests, the smallest first, each with its share of what is left of the budget when it is asked for."""
    ends, waiting = time.monotonic() + budget, sorted(requests, key=_size)
    for done, request in enumerate(waiting):
        share = (ends - time.monotonic()) * min(1.0, at_a_time / (len(waiting) - done))
        yield replace(request, seconds=min(max(share, _LEAST), timeout * _OF_TIMEOUT))


def _size(request: ReplayRequest) -> int:
    file = Path(request.file)
    return file.stat().st_size if file.exists() else 0


def told_once(replays: Iterable[ReplayFacts]) -> tuple[ReplayFacts, ...]:
    """The facts without what another dataflow has shown already: tasks share modules."""
    known: set[object] = set()
    told: list[ReplayFacts] = []
    for replay in replays:
        breaks = tuple(one for one in replay.breaks if (one.kind, one.node, one.location) not in known)
        unrepeated = tuple(one for one in replay.unrepeated if one not in known)
        known.update((one.kind, one.node, one.location) for one in breaks)
        known.update(unrepeated)
        seen = tuple(one for one in replay.peeks if one not in known)
        known.update(seen)
        told.append(replace(replay, breaks=breaks, unrepeated=unrepeated, peeks=seen))
    return tuple(told)
