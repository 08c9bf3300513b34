"""Recorded dataflows played by the engines that their drivers use, or that the settings ask for, each in a child."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from windtunnel.collectors.replays import ReplayRequest
from windtunnel.errors import UsageError
from windtunnel.facts import End, EngineFacts, ProcessFacts, RunFacts
from windtunnel.pool import Job, Pool

_CHILD = "windtunnel.collectors.engine_plays"
_NEEDS = {"dask": ("distributed", "apache-hamilton[dask]"), "ray": ("ray", "apache-hamilton[ray]")}
_OF_TIMEOUT = 0.8


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """One recorded dataflow and one engine; `is_asked` where the settings want it, whatever the driver uses."""

    replay: ReplayRequest
    engine: str
    is_asked: bool

    def nothing_known(self, task_id: str = "") -> EngineFacts:
        """The facts before anything was played."""
        known = self.replay.nothing_known(task_id)
        process = ProcessFacts(End.COMPLETED)
        return EngineFacts(known.dag_id, known.task_id, known.path, known.location, process, self.engine)


def insist_on(engines: Iterable[str], where: str) -> None:
    """Raise UsageError for an engine that is asked for and not installed."""
    for engine in engines:
        package, extra = _NEEDS.get(engine, ("", ""))
        if package and importlib.util.find_spec(package) is None:
            raise UsageError(f"{where}: {engine!r} is asked for, and {package} is not installed; install {extra}")


def engine_requests(run: RunFacts, replays: Iterable[ReplayRequest], asked: Iterable[str]) -> list[EngineRequest]:
    """What asks for the dataflows of one run to be played by each engine that there is a reason to try."""
    used = {engine for driver in run.drivers for engine in driver.engines}
    asked = set(asked)
    return [EngineRequest(replay, engine, engine in asked) for replay in replays for engine in sorted(used | asked)]


def collect_engines(pool: Pool, requests: Iterable[EngineRequest], timeout: float) -> Iterator[EngineFacts]:
    """The facts of each dataflow under each engine that concerns it, in the order in which their children end."""
    timed = (replace(one, replay=replace(one.replay, seconds=timeout * _OF_TIMEOUT)) for one in requests)
    jobs = (Job(request, f"{_CHILD}:play_elsewhere", (request,), timeout) for request in timed)
    for job, outcome in pool.map(jobs):
        facts: EngineFacts = outcome.value or job.key.nothing_known()
        why = facts.not_compared or ("" if outcome.process.end is End.COMPLETED else outcome.process.detail)
        if facts.nodes or why:
            yield replace(facts, process=outcome.process, not_compared=why)


def compared_once(found: Iterable[EngineFacts]) -> tuple[EngineFacts, ...]:
    """The facts without what another dataflow has shown already: tasks share modules."""
    known: set[object] = set()
    told = []
    for facts in found:
        fresh = tuple(one for one in facts.different if (facts.engine, one) not in known)
        known.update((facts.engine, one) for one in fresh)
        told.append(replace(facts, different=fresh))
    return tuple(told)
