"""Whether two cron schedules ever name the same moment, worked out on their fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from windtunnel.facts import CronFacts

_DAY = 24 * 60
_CALENDAR = [date(2024, 1, 1) + timedelta(days=day) for day in range(28 * 366)]
"""28 years: after them weekdays, days of the month and leap years meet as before."""


def meet(asking: CronFacts, asked: CronFacts, delta: float) -> bool:
    """Whether a logical date of `asking`, less `delta` minutes, is ever a logical date of `asked`.

    Clocks that change are taken at each of their settings; in one and the same zone both have the same.
    """
    settings = [(one, other) for one in asking.offsets for other in asked.offsets]
    if asking.zone == asked.zone:
        settings = [(one, other) for one, other in settings if one == other]
    return any(_meet(asking, asked, delta + one - other) for one, other in settings)


def _meet(asking: CronFacts, asked: CronFacts, earlier: float) -> bool:
    """Whether both fire, by their own clocks, so that the one fires `earlier` minutes before the other."""
    gap = earlier + asking.shift - asked.shift
    times = set(_times(asked))
    days = {(time - gap) // _DAY for time in _times(asking) if (time - gap) % _DAY in times}
    return any(_fires(asking, day) and _fires(asked, day + timedelta(days=off)) for off in days for day in _CALENDAR)


def only_time(cron: CronFacts) -> int | None:
    """The minute of the day at which it fires, where there is one alone."""
    times = list(_times(cron)) if len(cron.hours) == len(cron.minutes) == 1 else []
    return times[0] if times else None


def _times(cron: CronFacts) -> Iterator[int]:
    return (60 * hour + minute for hour in cron.hours for minute in cron.minutes)


def _fires(cron: CronFacts, day: date) -> bool:
    """As cron has it: where both days of the month and of the week are named, one of the two is enough."""
    named = [(cron.days, day.day), (cron.weekdays, day.isoweekday() % 7)]
    hits = [value in values for values, value in named if values]
    return day.month in cron.months and (any(hits) or not hits)
