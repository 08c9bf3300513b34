"""What is said of schedules, by facts made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from windtunnel.checks._crons import meet, only_time
from windtunnel.checks.wt220_missing_start_date import missing_start_date
from windtunnel.checks.wt221_naive_start_date import naive_start_date
from windtunnel.checks.wt222_skipped_hour import skipped_hour
from windtunnel.collectors.shape import shape_of
from windtunnel.facts import ClockChange, CronFacts, DagFacts, ScheduleFacts
from windtunnel.findings import Location

HOURS = tuple(range(24))


def cron(minutes=(0,), hours=(6,), days=(), months=tuple(range(1, 13)), weekdays=(), zone="UTC", **more):
    offsets = {"UTC": (0,), "Europe/Berlin": (60, 120), "America/New_York": (-300, -240)}[zone]
    return CronFacts("a cron", zone, offsets, minutes, hours, days, months, weekdays, **more)


def a_dag(**schedule):
    return DagFacts(
        "a", Location("dags/a.py", 3), (), shape_of([], []), schedule=ScheduleFacts("0 6 * * *", **schedule)
    )


def said(check, **schedule):
    return [(complaint.message, complaint.evidence) for complaint in check.judge(a_dag(**schedule))]


def test_a_schedule_that_wants_a_start_date_is_told():
    message = "DAG 'a' never runs: its schedule '0 6 * * *' has no run without a start date"
    assert said(missing_start_date, wants_start=True) == [(message, "")]
    assert said(missing_start_date) == []


def test_a_naive_start_date_is_told_where_the_hour_is_named():
    message = "the start date of DAG 'a' has no time zone: '0 6 * * *' is in that of the deployment"
    assert said(naive_start_date, naive_start=True, crons=(cron(),)) == [(message, "")]


@pytest.mark.parametrize("crons", [(), (cron(hours=HOURS),)], ids=["no cron", "every hour"])
def test_a_naive_start_date_that_decides_nothing_is_not_told(crons):
    assert said(naive_start_date, naive_start=True, crons=crons) == []
    assert said(naive_start_date, crons=(cron(),)) == []


def test_the_clocks_changes_are_told_with_their_dates_and_what_is_lost():
    zone = "Europe/Berlin"
    skipped = ClockChange("2027-03-28 02:30", zone, 0, ("2027-03-28T03:30:00+02:00",))
    twice = ClockChange("2027-10-31 02:30", zone, 2, ("2027-10-31T02:30:00+01:00",))
    lost = replace(skipped, runs=())
    schedule = "'0 6 * * *' of DAG 'a' meets the change of clocks in Europe/Berlin"
    first = "2027-03-28 02:30 does not exist, the run starts at 03:30+02:00"
    second = "2027-10-31 02:30 comes twice, the run starts at 02:30+01:00"
    third = "2027-03-28 02:30 does not exist, and there is no run for it"
    assert said(skipped_hour, clock_changes=(skipped,)) == [(f"{schedule}: {first}", first)]
    ((message, evidence),) = said(skipped_hour, clock_changes=(skipped, twice, lost))
    assert message == f"{schedule}: {first} (and 2 more in two years, 1 lost)"
    assert evidence == f"{first}\n{second}\n{third}"
    assert said(skipped_hour) == []


@pytest.mark.parametrize(
    ("asking", "asked", "delta"),
    [
        (cron(), cron(), 0),
        (cron(), cron(hours=HOURS), 0),
        (cron(hours=HOURS), cron(), 0),
        (cron(), cron(hours=(5,)), 60),
        (cron(hours=(1,)), cron(hours=(23,)), 120),
        (cron(hours=(23,)), cron(hours=(1,)), -120),
        (cron(weekdays=(1,)), cron(weekdays=(0,)), 24 * 60),
        (cron(weekdays=(1,)), cron(days=(29,), months=(2,)), 0),  # 29 February is a Monday every 28 years
        (cron(days=(13,), weekdays=(5,)), cron(days=(12,)), 24 * 60),
        (cron(days=(13,), weekdays=(5,)), cron(weekdays=(5,)), 0),  # one of the two is enough
        (cron(zone="Europe/Berlin"), cron(hours=(5,)), 0),  # 06:00 in winter
        (cron(zone="Europe/Berlin"), cron(hours=(4,)), 0),  # 06:00 in summer
        (cron(zone="Europe/Berlin"), cron(hours=(0,), zone="America/New_York"), 0),
        (cron(hours=(6,)), cron(hours=(8,), shift=120), 0),
        (cron(hours=(8,), shift=120), cron(hours=(6,)), 0),
    ],
)
def test_schedules_that_ever_meet_are_seen_to(asking, asked, delta):
    assert meet(asking, asked, delta)


@pytest.mark.parametrize(
    ("asking", "asked", "delta"),
    [
        (cron(), cron(hours=(5,)), 0),
        (cron(), cron(hours=(5,)), -60),
        (cron(zone="Europe/Berlin"), cron(hours=(5,), zone="Europe/Berlin"), 0),
        (cron(zone="Europe/Berlin"), cron(hours=(6,)), 0),
        (cron(minutes=(30,), hours=HOURS), cron(hours=HOURS), 0),
        (cron(weekdays=(1,)), cron(weekdays=(2,)), 0),
        (cron(weekdays=(1,)), cron(weekdays=(1,)), 24 * 60),
        (cron(days=(31,)), cron(months=(2,)), 0),
        (cron(), cron(), 0.5),
        (cron(hours=(6,)), cron(hours=(6,), shift=120), 0),
    ],
)
def test_schedules_that_never_meet_are_seen_to(asking, asked, delta):
    assert not meet(asking, asked, delta)


def test_the_time_of_day_is_known_where_there_is_one_alone():
    assert only_time(cron(minutes=(15,))) == 375
    assert only_time(cron(hours=HOURS)) is None
