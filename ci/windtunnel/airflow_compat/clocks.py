"""Cron timetables taken apart, and what they do on the days on which the clocks change."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import pairwise, takewhile
from typing import Any

from windtunnel.facts import ClockChange, CronFacts

_WEEKS_AHEAD = 2 * 52
_AROUND = timedelta(hours=4)
_CRON = ("CronDataIntervalTimetable", "CronTriggerTimetable")


def is_cron(timetable: Any) -> bool:
    """Whether the timetable is one of Airflow's own with nothing but cron expressions."""
    return bool(_parts(timetable))


def crons_of(timetable: Any) -> tuple[CronFacts, ...]:
    """The cron expressions of a timetable that has nothing but them; none where one of them is out of the ordinary."""
    parts = [_cron_facts(part) for part in _parts(timetable)]
    known = tuple(part for part in parts if part is not None)
    return known if len(known) == len(parts) else ()


def _parts(timetable: Any) -> list[Any]:
    """The timetables of Airflow's own with one cron expression each, that this one is or is made of."""
    if not type(timetable).__module__.startswith("airflow.timetables."):
        return []
    parts = getattr(timetable, "_timetables", [timetable])
    return list(parts) if all(type(part).__name__ in _CRON for part in parts) else []


def _cron_facts(timetable: Any) -> CronFacts | None:
    from croniter import croniter

    cron = croniter(timetable._expression)  # noqa: SLF001
    interval = getattr(timetable, "_interval", timedelta())
    plain = all(isinstance(value, int) or value == "*" for values in cron.expanded for value in values)
    if len(cron.expanded) != 5 or not plain or cron.nth_weekday_of_month or not isinstance(interval, timedelta):
        return None
    minutes, hours, days, months, weekdays = (tuple(v for v in values if v != "*") for values in cron.expanded)
    zone = timetable._timezone  # noqa: SLF001
    return CronFacts(
        expression=timetable._expression,  # noqa: SLF001
        zone=str(zone.name),
        offsets=tuple(sorted({offset for _, offset in _offsets_ahead(zone)})),
        minutes=minutes or tuple(range(60)),
        hours=hours or tuple(range(24)),
        days=days,
        months=months or tuple(range(1, 13)),
        weekdays=weekdays,
        shift=round(interval.total_seconds() / 60),
    )


def _offsets_ahead(zone: Any) -> Iterator[tuple[datetime, int]]:
    """The offset at a moment in each week of two years: no zone keeps one for less than four."""
    now = datetime.now(timezone.utc).replace(second=0, microsecond=0)
    weeks = (now + timedelta(weeks=week) for week in range(_WEEKS_AHEAD + 1))
    return ((week, _offset(zone, week)) for week in weeks)


def _offset(zone: Any, at: datetime) -> int:
    """Minutes that the clocks of the zone are ahead of UTC."""
    ahead = at.astimezone(zone).utcoffset()
    return round(ahead.total_seconds() / 60) if ahead else 0


def clock_changes(timetable: Any) -> tuple[ClockChange, ...]:
    """The times of the schedule that the clocks skip or repeat in two years, with the runs that the timetable has then.

    A schedule that fires in every hour has its runs every hour, whatever the clocks show: none.
    """
    changes: list[ClockChange] = []
    for part in _parts(timetable):
        facts = _cron_facts(part)
        if facts is not None and len(facts.offsets) > 1 and len(facts.hours) < 24:
            for moment in _transitions(part._timezone):  # noqa: SLF001
                if _fires_in_change(facts, part._timezone, moment):  # noqa: SLF001  to ask the timetable is slow
                    changes += _changes_at(part, moment)
    return tuple(changes)


def _fires_in_change(cron: CronFacts, zone: Any, moment: datetime) -> bool:
    """Whether a time of day of the expression lies in those that the clocks skip or repeat at `moment`."""
    after = moment.astimezone(zone)
    begins, moved = after.hour * 60 + after.minute, _moved(zone, moment)
    times = {60 * hour + minute for hour in cron.hours for minute in cron.minutes}
    return any((begins + step - max(moved, 0)) % (24 * 60) in times for step in range(abs(moved)))


def _moved(zone: Any, moment: datetime) -> int:
    """Minutes by which the clocks are put forward at `moment`."""
    return _offset(zone, moment) - _offset(zone, moment - timedelta(minutes=1))


def _transitions(zone: Any) -> Iterator[datetime]:
    """The first minutes of new offsets, in UTC."""
    for (before, one), (after, other) in pairwise(_offsets_ahead(zone)):
        if one != other:
            yield _first_minute(zone, before, after)


def _first_minute(zone: Any, before: datetime, after: datetime) -> datetime:
    while after - before > timedelta(minutes=1):
        middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
        same = _offset(zone, middle) == _offset(zone, before)
        before, after = (middle, after) if same else (before, middle)
    return after


def _changes_at(timetable: Any, moment: datetime) -> Iterator[ClockChange]:
    zone = timetable._timezone  # noqa: SLF001
    begins, ends = moment - _AROUND, moment + _AROUND
    runs = [run.astimezone(zone) for run in _runs(timetable, begins, ends)]
    unchanging = copy.copy(timetable)
    unchanging._timezone = timezone.utc  # noqa: SLF001
    wanted = [
        run.replace(tzinfo=None)
        for run in _runs(unchanging, *(at.astimezone(zone).replace(tzinfo=timezone.utc) for at in (begins, ends)))
    ]
    moved = timedelta(minutes=_moved(zone, moment))
    for wall in wanted:
        exists = _times(wall, zone)
        seen = [run for run in runs if run.replace(tzinfo=None) == wall]
        if not exists and wall + moved not in wanted:
            seen = [run for run in runs if run.replace(tzinfo=None) == wall + moved]
        if exists != 1 or not seen:
            yield ClockChange(wall.isoformat(" ", "minutes"), zone.name, exists, tuple(r.isoformat() for r in seen))


def _times(wall: datetime, zone: Any) -> int:
    """How many times the clocks of the zone show this: not at all in the hour that they skip, else once or twice."""
    meant = {wall.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc) for fold in (0, 1)}
    return len([at for at in meant if at.astimezone(zone).replace(tzinfo=None) == wall])


def _runs(timetable: Any, begins: datetime, ends: datetime) -> list[datetime]:
    """When the runs start between two moments, asked as the scheduler asks, from two runs before on."""
    from airflow.timetables.base import TimeRestriction
    from pendulum import instance

    earliest = timetable._get_prev(timetable._get_prev(instance(begins)))  # noqa: SLF001
    restriction = TimeRestriction(earliest, None, catchup=True)
    infos = takewhile(lambda info: info.run_after < ends, _infos(timetable, restriction))
    return [info.run_after.astimezone(timezone.utc) for info in infos if info.run_after >= begins]


def _infos(timetable: Any, restriction: Any) -> Iterator[Any]:
    last = None
    while info := timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction):
        yield info
        last = info.data_interval
