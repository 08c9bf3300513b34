"""Deferrable operators, and all that a trigger can do to them."""

import asyncio
from datetime import datetime, timedelta, timezone

from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import DAG, task
from airflow.triggers.base import BaseTrigger, TriggerEvent
from fidelity_triggers import Defers, Fires, Misfit, StartsInTrigger, Unnamed, Unserializable


@task
def after():
    pass


class InDagFile(BaseTrigger):
    """A trigger that the triggerer would have to import from a DAG file."""

    def serialize(self):
        return (f"{__name__}.InDagFile", {})

    async def run(self):
        await asyncio.sleep(0)
        yield TriggerEvent("fires")


# A trigger that fires.
with DAG("trigger_fires", schedule=None):
    Defers(task_id="defers", trigger=Fires()) >> after()

# A trigger that ends without an event.
with DAG("trigger_without_event", schedule=None):
    Defers(task_id="defers", trigger=Fires("nothing")) >> after()

# A trigger that never fires, with a limit.
with DAG("trigger_never_fires", schedule=None):
    Defers(task_id="defers", trigger=Fires("never"), limit=2) >> after()

# A trigger that never fires, with a limit and a second attempt.
with DAG("trigger_never_fires_twice", schedule=None):
    Defers(task_id="defers", trigger=Fires("never"), limit=2, retries=1, retry_delay=timedelta(seconds=1)) >> after()

# A trigger that never fires, with no limit.
with DAG("trigger_never_fires_unlimited", schedule=None):
    Defers(task_id="defers", trigger=Fires("never")) >> after()

# A trigger that never fires, and an execution_timeout.
with DAG("trigger_never_fires_execution_timeout", schedule=None):
    Defers(task_id="defers", trigger=Fires("never"), execution_timeout=timedelta(seconds=2)) >> after()

# A trigger that raises.
with DAG("trigger_raises", schedule=None):
    Defers(task_id="defers", trigger=Fires("raises")) >> after()

# A trigger that raises, and a task with a second attempt.
with DAG("trigger_raises_twice", schedule=None):
    Defers(task_id="defers", trigger=Fires("raises"), retries=1, retry_delay=timedelta(seconds=1)) >> after()

# A trigger that blocks the triggerer for a second.
with DAG("trigger_blocks", schedule=None):
    Defers(task_id="defers", trigger=Fires("blocks")) >> after()

# A trigger that fires two times.
with DAG("trigger_fires_twice", schedule=None):
    Defers(task_id="defers", trigger=Fires("twice")) >> after()

# A trigger that ends its task well, itself.
with DAG("trigger_ends_success", schedule=None):
    Defers(task_id="defers", trigger=Fires("success")) >> after()

# A trigger that fails its task, itself.
with DAG("trigger_ends_failed", schedule=None):
    Defers(task_id="defers", trigger=Fires("failed")) >> after()

# A trigger that skips its task, itself.
with DAG("trigger_ends_skipped", schedule=None):
    Defers(task_id="defers", trigger=Fires("skipped")) >> after()

# A trigger in a module that the triggerer does not have.
with DAG("trigger_in_no_module", schedule=None):
    Defers(task_id="defers", trigger=Unnamed()) >> after()

# A trigger that stands in the DAG file itself.
with DAG("trigger_in_dag_file", schedule=None):

    @task
    def defers():
        from airflow.exceptions import TaskDeferred

        raise TaskDeferred(trigger=InDagFile(), method_name="execute")

    defers() >> after()

# A trigger with an argument that nothing can store.
with DAG("trigger_unserializable", schedule=None):
    Defers(task_id="defers", trigger=Unserializable()) >> after()

# A trigger with an argument that its class does not take.
with DAG("trigger_misfit", schedule=None):
    Defers(task_id="defers", trigger=Misfit()) >> after()

# A method to come back by that the operator does not have.
with DAG("defer_to_no_method", schedule=None):
    Defers(task_id="defers", trigger=Fires(), method_name="no_such_method") >> after()

# A task that fails when it comes back.
with DAG("defer_and_fail", schedule=None):
    Defers(task_id="defers", trigger=Fires(), method_name="fails") >> after()

# A task that fails when it comes back, with a second attempt: it defers again.
with DAG("defer_and_fail_twice", schedule=None):
    (
        Defers(task_id="defers", trigger=Fires(), method_name="fails", retries=1, retry_delay=timedelta(seconds=1))
        >> after()
    )

# A task that defers again when it comes back.
with DAG("defer_again", schedule=None):
    Defers(task_id="defers", trigger=Fires(), method_name="defers_again") >> after()

# A task that begins in the triggerer.
with DAG("start_from_trigger", schedule=None):
    StartsInTrigger(task_id="starts") >> after()

# A mapped task whose copies defer, one of them in vain.
with DAG("mapped_defer", schedule=None):
    Defers.partial(task_id="defers", limit=2).expand(trigger=[Fires(), Fires("raises")]) >> after()

# A span to wait for, deferred.
with DAG("time_delta_deferred", schedule=None):
    TimeDeltaSensor(task_id="waits", delta=timedelta(seconds=2), deferrable=True) >> after()

# A moment that has passed, deferred.
with DAG("moment_passed_deferred", schedule=None):
    DateTimeSensorAsync(task_id="waits", target_time=datetime(2020, 1, 1, tzinfo=timezone.utc)) >> after()

# Deferred beyond the time that the run has.
with DAG("defer_beyond_dagrun_timeout", schedule=None, dagrun_timeout=timedelta(seconds=4)):
    Defers(task_id="defers", trigger=Fires("never")) >> after()
