"""When Airflow would run a DAG, asked of its own timetable."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from itertools import islice, takewhile
from typing import Any

from windtunnel.airflow_compat.clocks import clock_changes, crons_of, is_cron
from windtunnel.facts import MOST_DUE, ScheduleFacts

_NEXT_RUNS = 5
_NAIVE = "_windtunnel_naive_start"


def tell_naive_starts() -> None:
    """Mark each DAG that is made in this process from now on with a start date that has no time zone.

    Airflow makes the date aware as its last step in making the DAG; afterwards the two cannot be told apart.
    """
    from airflow.sdk import DAG

    finish = DAG.__attrs_post_init__

    def finish_marked(dag: Any) -> None:
        start = dag.start_date
        setattr(dag, _NAIVE, isinstance(start, datetime) and start.tzinfo is None)
        finish(dag)

    DAG.__attrs_post_init__ = finish_marked


def schedule_of(dag: Any, scheduled: Any) -> ScheduleFacts:
    """The schedule of a DAG as the scheduler reads it: `scheduled` is the DAG as it was stored, None if it was not."""
    known: dict[str, Any] = {"start": _iso(dag.start_date), "end": _iso(dag.end_date)}
    if scheduled is None:
        return ScheduleFacts(**known)
    try:
        known.update(_told(scheduled))
    except Exception as error:  # whatever a timetable, a user's own among them, raises
        return ScheduleFacts(**known, failure=f"{type(error).__name__}: {error}")
    naive = getattr(dag, _NAIVE, False) and isinstance(dag.schedule, str)  # else it has its own zone
    return ScheduleFacts(**known, naive_start=naive)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A timetable, and what it is asked in one second: the same as one that Airflow stores alike, asked the same."""

    timetable: Any = field(compare=False)
    stored: str
    earliest: datetime | None
    latest: datetime | None
    catchup: bool
    second: int


def _told(dag: Any) -> Iterable[tuple[str, Any]]:
    """What is told before something raises is told all the same."""
    earliest, latest, catchup = dag._time_restriction  # noqa: SLF001  what the scheduler asks: the tasks' dates count
    timetable = dag.timetable
    # Asking one of cron expressions takes a millisecond, and most files of a folder have one of a few schedules.
    stored = json.dumps([type(timetable).__name__, timetable.serialize()]) if is_cron(timetable) else ""
    asked = _Asked(timetable, stored, earliest, latest, catchup, int(time.time()))
    if stored:
        with contextlib.suppress(Exception):  # it will be raised again
            return _told_before(asked)
    return _told_by(asked)


@lru_cache(maxsize=256)
def _told_before(asked: _Asked) -> tuple[tuple[str, Any], ...]:
    return tuple(_told_by(asked))


def _told_by(asked: _Asked) -> Iterator[tuple[str, Any]]:
    yield "summary", str(asked.timetable.summary)
    coming = list(islice(_runs(asked, catchup=False), _NEXT_RUNS))
    yield "next_runs", tuple(_iso(run.run_after) for run in coming)
    yield "instant", bool(coming) and all(_is_instant(run) for run in coming)
    if asked.catchup:
        now = datetime.now(timezone.utc)
        past = takewhile(lambda run: run.run_after <= now, _runs(asked, catchup=True))
        yield "due", sum(1 for _ in islice(past, MOST_DUE))
    yield "wants_start", _wants_start(asked)
    yield "crons", crons_of(asked.timetable)
    yield "clock_changes", clock_changes(asked.timetable)


def _runs(asked: _Asked, catchup: bool) -> Iterator[Any]:
    last = None
    while info := _next(asked.timetable, last, asked.earliest, asked.latest, catchup):
        yield info
        last = info.data_interval


def _is_instant(run: Any) -> bool:
    interval = run.data_interval
    return interval is not None and interval.start == interval.end


def _wants_start(asked: _Asked) -> bool:
    """Whether the timetable has no run for want of a start date: with one it has."""
    if asked.earliest is not None or _next(asked.timetable, None, None, asked.latest, asked.catchup):
        return False
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)
    return _next(asked.timetable, None, yesterday, asked.latest, asked.catchup) is not None


def _next(timetable: Any, last: Any, earliest: datetime | None, latest: datetime | None, catchup: bool) -> Any:
    from airflow.timetables.base import TimeRestriction
    from pendulum import instance

    restriction = TimeRestriction(earliest and instance(earliest), latest and instance(latest), catchup)
    return timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)


def _iso(date: datetime | None) -> str:
    return date.astimezone(timezone.utc).isoformat() if date else ""
