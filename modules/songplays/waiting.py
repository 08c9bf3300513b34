"""The sensor that waits until the log of a day has been delivered, on a disk or in S3.

It asks once on a worker. If the log is not there, the triggerer goes on asking, and no worker slot is taken meanwhile.
A trigger must be importable where the triggerer runs, so it can't stand in the DAG file.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseSensorOperator, Context, PokeReturnValue
from airflow.triggers.base import BaseTrigger, TriggerEvent
from asgiref.sync import sync_to_async

from modules.songplays import log_path
from modules.songplays.storage import place


class DayLogSensor(BaseSensorOperator):
    """Waits for the log of `day` below `source_location`, and passes the location on."""

    template_fields: Sequence[str] = ("source_location", "day")

    def __init__(self, *, source_location: Any, day: str, deferrable: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source_location = source_location
        self.day = day
        self.deferrable = deferrable

    def execute(self, context: Context) -> Any:
        """The location, now or by way of the triggerer."""
        if not self.deferrable:
            return super().execute(context)
        if not self.poke(context).is_done:
            self.defer(
                trigger=LogTrigger(self.source_location, self.day, self.poke_interval),
                method_name="resume",
                timeout=timedelta(seconds=self.timeout),
            )
        return self.source_location

    def poke(self, context: Context) -> PokeReturnValue:  # noqa: ARG002  Airflow's signature
        """Whether the log is there."""
        return PokeReturnValue(is_there(self.source_location, self.day), self.source_location)

    def resume(self, context: Context, event: dict[str, str]) -> str:  # noqa: ARG002
        """The location that the trigger has told."""
        return event["source_location"]


class LogTrigger(BaseTrigger):
    """Fires when the log is there."""

    def __init__(self, source_location: str, day: str, poke_interval: float) -> None:
        super().__init__()
        self.source_location = source_location
        self.day = day
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How the triggerer makes it again."""
        told = {"source_location": self.source_location, "day": self.day, "poke_interval": self.poke_interval}
        return "modules.songplays.waiting.LogTrigger", told

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event."""
        # sync_to_async and not asyncio.to_thread: what S3 needs of its connection is asked for through Airflow's loop.
        look = sync_to_async(is_there)
        while not await look(self.source_location, self.day):
            await asyncio.sleep(self.poke_interval)
        yield TriggerEvent({"source_location": self.source_location})


def is_there(source_location: str, day: str) -> bool:
    """Whether the log of a day has been delivered."""
    return bool(place(source_location, log_path(day)).exists())
