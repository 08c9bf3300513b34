"""Waiting for nothing but the clock: taken out, where it is certain how it would end.

What has only to wait for a time of day, or for an hour to pass, will go on in production, unless it gives up before.
It is asked, by its own code, with the clock put forward to the moment at which it would give up.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

_SENSORS = "airflow.providers.standard.sensors."
_OF_THE_CLOCK = tuple(_SENSORS + name for name in ("time", "date_time", "time_delta"))
_TRIGGERS = "airflow.providers.standard.triggers.temporal"
_LONGEST = timedelta(days=7)  # what Airflow's sensors wait for where nobody says otherwise


def let_time_pass(task: Any) -> None:
    """Have a sensor that only waits for a moment find it come, in this process, which is the attempt's own."""
    poke = getattr(type(task), "poke", None)
    if getattr(poke, "__module__", "") in _OF_THE_CLOCK:
        task.poke = _later(task.poke, timedelta(seconds=float(getattr(task, "timeout", 0))))
    execute = type(task).execute
    if execute.__module__ in _OF_THE_CLOCK and execute.__qualname__ == "WaitSensor.execute":
        limit = getattr(task, "execution_timeout", None) or _LONGEST
        task.execute = _asleep(task.execute, sys.modules[execute.__module__], limit)


def let_trigger_fire(trigger: Any) -> None:
    """Have a trigger that only waits for a moment, at most a week away, fire now; this process is its own."""
    if type(trigger).__module__ != _TRIGGERS:
        return
    clock = sys.modules[_TRIGGERS].timezone
    now = clock.utcnow
    if trigger.moment - now() < _LONGEST:
        clock.utcnow = lambda: max(now(), trigger.moment)


def _later(poke: Callable[[Any], Any], limit: timedelta) -> Callable[[Any], Any]:
    def ask(context: Any) -> Any:
        with _clock_ahead(sys.modules[poke.__module__].timezone, limit):
            return poke(context)

    return ask


@contextlib.contextmanager
def _clock_ahead(clock: Any, by: timedelta) -> Iterator[None]:
    now = clock.utcnow
    clock.utcnow = lambda: now() + by
    try:
        yield
    finally:
        clock.utcnow = now


def _asleep(execute: Callable[[Any], Any], module: Any, limit: timedelta) -> Callable[[Any], Any]:
    def sleep_no_longer(context: Any) -> Any:
        wait = module.sleep
        module.sleep = lambda seconds: None if seconds < limit.total_seconds() else wait(seconds)
        try:
            return execute(context)
        finally:
            module.sleep = wait

    return sleep_no_longer
