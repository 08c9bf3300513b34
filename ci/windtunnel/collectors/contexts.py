"""DAGs run again in the contexts that production gives them, each context in a child of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from windtunnel.collectors.context_plan import is_by_clock, writers
from windtunnel.collectors.kills import kill_saves
from windtunnel.collectors.runs import DagRunRequest
from windtunnel.collectors.stale import kept
from windtunnel.collectors.theatre import Elsewhere, Killing, Theatre
from windtunnel.facts import (
    ContextFacts,
    DatesFacts,
    ElsewhereFacts,
    End,
    KilledFacts,
    Occasion,
    ProcessFacts,
    ResumedFacts,
    RunFacts,
    TwiceFacts,
    UndatedFacts,
)
from windtunnel.pool import Job, Pool

_A_YEAR = 366


@dataclass(frozen=True, slots=True)
class ContextRequest:
    """A DAG to be run again in one `context`, whose first run was `plain`. `max_kills` are for each save."""

    run: DagRunRequest
    plain: RunFacts
    context: type[ContextFacts]
    max_kills: int = 0

    def nothing_seen(self) -> ContextFacts:
        """The facts before the first run."""
        return self.context(
            self.run.dag.dag_id,
            self.plain.location,
            self.plain,
            ProcessFacts(End.COMPLETED),
            today=datetime.now().astimezone().date().isoformat(),
            scheduled=is_by_clock(self.run.dag),
            by_asset=bool(self.run.dag.consumes),
        )


def collect_contexts(pool: Pool, requests: Iterable[ContextRequest], timeout: float) -> Iterator[ContextFacts]:
    """The facts of each, in the order in which their children end. `timeout` is for all runs of one request.

    A DAG is never in two contexts at one time, nor are two DAGs that use one place which no run has of its own: what
    the one does there would be taken for the other's doing.
    """
    by_context: dict[type[ContextFacts], list[ContextRequest]] = defaultdict(list)
    for request in requests:
        by_context[request.context].append(request)
    for apart in chain.from_iterable(map(in_turns, by_context.values())):
        jobs = (
            Job(request, f"{__name__}:run_in_context", (request, timeout), timeout, ends_largest=True)
            for request in apart
        )
        for job, outcome in pool.map(jobs):
            facts = outcome.value if isinstance(outcome.value, ContextFacts) else job.key.nothing_seen()
            yield replace(facts, process=outcome.process)


@dataclass(frozen=True, slots=True)
class _Turn:
    requests: list[ContextRequest] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)


def in_turns(requests: Iterable[ContextRequest]) -> list[list[ContextRequest]]:
    """The requests in as few groups as come easily; in none of them does one DAG use what another one writes."""
    turns: list[_Turn] = []
    for request in requests:
        plain = request.plain
        written = {use.path for use in plain.uses if use.writes} | {save.path for save in plain.saves if save.path}
        used = written | {use.path for use in plain.uses}
        turn = next((one for one in turns if not (written & one.used or used & one.written)), None)
        if turn is None:
            turns.append(turn := _Turn())
        turn.requests.append(request)
        turn.written.update(written)
        turn.used.update(used)
    return [turn.requests for turn in turns]


# In the child


def run_in_context(request: ContextRequest, timeout: float) -> ContextFacts:
    """The facts of the runs that make up a context, played one after the other in this process and below it."""
    theatre = Theatre(request.run, request.nothing_seen(), timeout)
    try:
        if theatre.opens():
            if request.context is KilledFacts:
                kill_saves(theatre, request.max_kills)
            else:
                _PROGRAMMES[request.context](theatre)
    finally:
        theatre.closes()
    return theatre.facts


def _undated(theatre: Theatre) -> None:
    from windtunnel.airflow_compat import occasions

    occasion, start = Occasion.BY_API, occasions.start_by_api
    if theatre.facts.by_asset:
        occasion, start = Occasion.BY_ASSET, occasions.start_by_assets
    theatre.play(occasion, lambda: start(theatre.dag.dag_id, theatre.conf))


def _twice(theatre: Theatre) -> None:
    from windtunnel.airflow_compat import occasions

    first = theatre.some_date()
    if theatre.play_dated(first) and (not _again(theatre, first) or theatre.facts.plain.beside > 1 or _keeps(theatre)):
        theatre.play_dated(occasions.run_behind(theatre.dag.dag_id, first))


def _keeps(theatre: Theatre) -> bool:
    """Whether the run that was cleared has read what it found, in the place of writing it again."""
    facts = theatre.facts
    return any(kept(facts.visit(Occasion.DATED), facts.visit(Occasion.CLEARED)))


def _again(theatre: Theatre, run: Any) -> bool:
    from windtunnel.airflow_compat import occasions

    return theatre.play(Occasion.CLEARED, lambda: occasions.clear(theatre.dag.dag_id, theatre.run_id), run.day)


def _resumed(theatre: Theatre) -> None:
    from windtunnel.airflow_compat import occasions

    dag_id, first = theatre.dag.dag_id, theatre.some_date()
    if not theatre.play_dated(first):
        return
    _again(theatre, first)  # what goes wrong then already is not the retry's
    second, before = occasions.run_behind(dag_id, first), theatre.before
    victims = writers(theatre.facts.plain)
    is_done = theatre.play_dated(second, Occasion.KILLED, Killing.of(victims))
    for _ in victims:
        if is_done:
            break
        theatre.before = before
        is_done = theatre.play(
            Occasion.KILLED,
            lambda: occasions.clear(dag_id, theatre.run_id, only_failed=True),
            second.day,
            Killing.of(victims),
        )
    theatre.rename(Occasion.RESUMED)


def _elsewhere(theatre: Theatre) -> None:
    theatre.play_dated(theatre.some_date(), Occasion.ELSEWHERE, Elsewhere)


def _dates(theatre: Theatre) -> None:
    from windtunnel.airflow_compat import occasions

    ordinary = theatre.some_date()
    if not theatre.play_dated(ordinary):
        return  # then it is not the peculiar ones that it fails on
    done = {ordinary.day}
    today, zone = theatre.latest.astimezone(theatre.dag.timezone).date(), theatre.dag.timezone
    clocks = occasions.changes_of_clock(zone, today, _A_YEAR)
    for day in (_latest(today, lambda day: (day.month, day.day) == (2, 29)), *_ends(today), *clocks):
        run = occasions.run_of_day(theatre.dag.dag_id, day, zone, scheduled=theatre.facts.scheduled)
        if run is not None and run.day not in done:
            done.add(run.day)
            theatre.play_dated(run)


def _ends(today: date) -> tuple[date, date]:
    """The last end of a long month, and of a year."""
    return _latest(today, lambda day: day.day == 31), _latest(today, lambda day: (day.month, day.day) == (12, 31))


def _latest(today: date, fits: Callable[[date], bool]) -> date:
    return next(day for day in (today - timedelta(days=n) for n in range(1, 9 * _A_YEAR)) if fits(day))


_PROGRAMMES: Mapping[type[ContextFacts], Callable[[Theatre], None]] = {
    UndatedFacts: _undated,
    TwiceFacts: _twice,
    ResumedFacts: _resumed,
    ElsewhereFacts: _elsewhere,
    DatesFacts: _dates,
}
