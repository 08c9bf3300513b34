"""When Airflow would run a DAG, asked of its own timetable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import islice, takewhile
from typing import Any

from windtunnel.facts import MOST_DUE, ScheduleFacts

_NEXT_RUNS = 5


def schedule_of(dag: Any, scheduled: Any) -> ScheduleFacts:
    """The schedule of a DAG as the scheduler reads it: `scheduled` is the DAG as it was stored, None if it was not."""
    known: dict[str, Any] = {"start": _iso(dag.start_date), "end": _iso(dag.end_date)}
    if scheduled is None:
        return ScheduleFacts(**known)
    try:
        known["summary"] = str(scheduled.timetable.summary)
        known["next_runs"] = tuple(map(_iso, islice(_runs(scheduled, catchup=False), _NEXT_RUNS)))
        if scheduled.catchup:
            now = datetime.now(timezone.utc)
            past = takewhile(lambda date: date <= now, _runs(scheduled, catchup=True))
            known["due"] = sum(1 for _ in islice(past, MOST_DUE))
    except Exception as error:  # whatever a timetable, a user's own among them, raises
        known["failure"] = f"{type(error).__name__}: {error}"
    return ScheduleFacts(**known)


def _runs(dag: Any, catchup: bool) -> Iterator[datetime]:
    from airflow.timetables.base import TimeRestriction

    restriction = TimeRestriction(dag.start_date, dag.end_date, catchup)
    last = None
    while info := dag.timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction):
        yield info.run_after
        last = info.data_interval


def _iso(date: datetime | None) -> str:
    return date.astimezone(timezone.utc).isoformat() if date else ""
