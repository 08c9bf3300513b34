"""When Airflow would run a DAG, asked of its own timetable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice, takewhile
from typing import Any

from windtunnel.airflow_compat.clocks import clock_changes, crons_of
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
        known.update(_told_by(scheduled))
    except Exception as error:  # whatever a timetable, a user's own among them, raises
        return ScheduleFacts(**known, failure=f"{type(error).__name__}: {error}")
    known["naive_start"] = getattr(dag, _NAIVE, False) and isinstance(dag.schedule, str)  # else it has its own zone
    return ScheduleFacts(**known, crons=crons_of(scheduled.timetable), clock_changes=clock_changes(scheduled.timetable))


def _told_by(dag: Any) -> Iterator[tuple[str, Any]]:
    yield "summary", str(dag.timetable.summary)
    yield "next_runs", tuple(map(_iso, islice(_runs(dag, catchup=False), _NEXT_RUNS)))
    if dag.catchup:
        now = datetime.now(timezone.utc)
        past = takewhile(lambda date: date <= now, _runs(dag, catchup=True))
        yield "due", sum(1 for _ in islice(past, MOST_DUE))
    yield "wants_start", _wants_start(dag)


def _runs(dag: Any, catchup: bool) -> Iterator[datetime]:
    earliest, latest, _ = dag._time_restriction  # noqa: SLF001  what the scheduler asks: the tasks' dates count too
    last = None
    while info := _next(dag.timetable, last, earliest, latest, catchup):
        yield info.run_after
        last = info.data_interval


def _wants_start(dag: Any) -> bool:
    """Whether the timetable has no run for want of a start date: with one it has."""
    earliest, latest, catchup = dag._time_restriction  # noqa: SLF001
    if earliest is not None or _next(dag.timetable, None, None, latest, catchup):
        return False
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)
    return _next(dag.timetable, None, yesterday, latest, catchup) is not None


def _next(timetable: Any, last: Any, earliest: datetime | None, latest: datetime | None, catchup: bool) -> Any:
    from airflow.timetables.base import TimeRestriction
    from pendulum import instance

    restriction = TimeRestriction(earliest and instance(earliest), latest and instance(latest), catchup)
    return timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)


def _iso(date: datetime | None) -> str:
    return date.astimezone(timezone.utc).isoformat() if date else ""
