"""What entered recorded dataflows, described without any of its values: in a child each, which alone sees the data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from windtunnel.collectors.replays import ReplayRequest
from windtunnel.facts import ColumnFacts, EnteringFacts, ProfileFacts
from windtunnel.pool import Job, Pool

_FEW = 20  # different values, of which it is told how often each occurs


def collect_profiles(pool: Pool, requests: Iterable[ReplayRequest], timeout: float) -> Iterator[ProfileFacts]:
    """The profile of each dataflow, in the order in which the children end."""
    jobs = (Job(request, f"{__name__}:profile", (request,), timeout) for request in requests)
    for job, outcome in pool.map(jobs):
        yield outcome.value or ProfileFacts(job.key.dag_id, "", not_read=outcome.process.detail)


# In the child


def profile(request: ReplayRequest) -> ProfileFacts:
    """The profile of one dataflow."""
    from windtunnel.collectors.playing import enter
    from windtunnel.collectors.recorded import read_recorded
    from windtunnel.collectors.replay import NotReplayable, Replay

    enter(request)
    recorded = read_recorded(request.file)
    modules = tuple(name for name, _ in recorded.modules)
    facts = ProfileFacts(recorded.dag_id, recorded.task_id, modules)
    try:
        replay = Replay(recorded)
    except NotReplayable as reason:
        return ProfileFacts(recorded.dag_id, recorded.task_id, modules, not_read=str(reason))
    return ProfileFacts(facts.dag_id, facts.task_id, modules, tuple(_entering(replay)))


def _entering(replay: Any) -> Iterator[EnteringFacts]:
    from windtunnel.collectors.changes_of_data import called
    from windtunnel.collectors.replay import NotReplayable

    for name in sorted(replay.entering):
        try:
            yield described(called(name), replay.value_of(name))
        except NotReplayable:
            yield EnteringFacts(called(name), "")


def described(name: str, value: Any) -> EnteringFacts:
    """What enters under a name, without its values."""
    import pandas as pd

    from windtunnel.collectors.changes_of_data import is_array, is_table

    kind = type(value).__name__
    if isinstance(value, pd.Series):
        return EnteringFacts(name, kind, len(value), (_column("", value, value.name or name),))
    if is_table(value):
        columns = (_column(str(value.columns[n]), value.iloc[:, n]) for n in range(value.shape[1]))
        return EnteringFacts(name, kind, len(value), tuple(columns))
    if is_array(value):
        flat = pd.Series(value.ravel())
        return EnteringFacts(name, kind, len(value), (_column("", flat, name),))
    return EnteringFacts(name, kind, len(value) if isinstance(value, list | tuple | dict | set) else -1)


def _column(name: str, column: Any, known_as: object = "") -> ColumnFacts:
    from windtunnel.collectors.changes_of_data import is_number
    from windtunnel.collectors.persons import is_personal

    present = column.dropna()
    shows_range = is_number(column) and len(present) > 0 and not is_personal(known_as or name, column)
    try:
        counts = sorted(map(int, present.value_counts()), reverse=True)
    except TypeError:  # lists and dicts have no hash
        counts = []
    distinct = len(counts) if counts or not len(present) else -1
    return ColumnFacts(
        name=name,
        dtype=str(column.dtype),
        missing=round(float(column.isna().mean()), 3) if len(column) else 0.0,
        distinct=distinct,
        unique=distinct == len(present) > 0,
        increasing=len(present) > 1 and is_number(column) and bool(present.is_monotonic_increasing),
        low=_rounded(present.min()) if shows_range else None,
        high=_rounded(present.max()) if shows_range else None,
        counts=tuple(counts) if counts[:1] > [1] and len(counts) <= _FEW else (),
    )


def _rounded(number: Any) -> float | None:
    """To two digits: the greatest salary is not to be read off it."""
    plain = float(number)
    return float(f"{plain:.1e}") if math.isfinite(plain) else None
