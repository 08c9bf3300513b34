"""Triggers and operators of the corpus: the triggerer must be able to import them, so they lie in a module."""

import asyncio
import time
from datetime import timedelta

from airflow.sdk import BaseOperator
from airflow.triggers.base import (
    BaseTrigger,
    StartTriggerArgs,
    TaskFailedEvent,
    TaskSkippedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)


class Fires(BaseTrigger):
    """Does what `how` says: fires, fires never, ends, raises, blocks, or ends its task itself."""

    def __init__(self, how="fires"):
        super().__init__()
        self.how = how

    def serialize(self):
        return ("fidelity_triggers.Fires", {"how": self.how})

    async def run(self):
        await asyncio.sleep(0.1)
        if self.how == "raises":
            raise RuntimeError("a trigger that raises")
        if self.how == "never":
            await asyncio.sleep(3600)
        if self.how == "blocks":
            time.sleep(1)
        ends = {"success": TaskSuccessEvent, "failed": TaskFailedEvent, "skipped": TaskSkippedEvent}
        if self.how in ends:
            yield ends[self.how]()
        elif self.how == "twice":
            yield TriggerEvent("first")
            yield TriggerEvent("second")
        elif self.how != "nothing":
            yield TriggerEvent(self.how)


class Unnamed(Fires):
    """Names a module that is not there."""

    def serialize(self):
        return ("fidelity_no_such_module.Trigger", {})


class Unserializable(Fires):
    """Has an argument that nothing can store."""

    def serialize(self):
        return ("fidelity_triggers.Fires", {"how": object()})


class Misfit(Fires):
    """Hands its class an argument that it does not take."""

    def serialize(self):
        return ("fidelity_triggers.Fires", {"what": "?"})


class Defers(BaseOperator):
    """Defers to a trigger, and comes back by `method_name`."""

    def __init__(self, *, trigger, method_name="comes_back", limit=None, **options):
        super().__init__(**options)
        self.trigger, self.method_name, self.limit = trigger, method_name, limit

    def execute(self, context):
        limit = None if self.limit is None else timedelta(seconds=self.limit)
        self.defer(trigger=self.trigger, method_name=self.method_name, timeout=limit, kwargs={"kept": [1]})

    def comes_back(self, context, event, kept):
        assert kept == [1]
        return event

    def fails(self, context, event, kept):
        raise ValueError("on coming back")

    def defers_again(self, context, event, kept):
        self.defer(trigger=Fires("again"), method_name="comes_back", kwargs={"kept": kept})


class StartsInTrigger(BaseOperator):
    """Begins in the triggerer: no worker runs it before its trigger has fired."""

    start_trigger_args = StartTriggerArgs(
        trigger_cls="fidelity_triggers.Fires", trigger_kwargs={"how": "fires"}, next_method="comes_back", timeout=None
    )
    start_from_trigger = True

    def comes_back(self, context, event=None):
        assert event == "fires"

    def execute(self, context):
        raise AssertionError("never called")
