"""One DAG run by `dag.test()`, prepared so that it waits for nothing and parses nothing again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from traceback import walk_tb
from typing import Any, Protocol

from windtunnel.airflow_compat.environment import BUNDLE


class Observer(Protocol):
    """Who is told, by Airflow's own listener interface, what happens to the task instances."""

    def task_started(self, task_id: str, map_index: int, attempt: int) -> None:
        """The task's code is about to run."""

    def task_ended(self, task_id: str, map_index: int, state: str, error: BaseException | None) -> None:
        """The task's code has ended: `state` is success, skipped, failed or up_for_retry."""


def prepare(bag: Any, dag: Any, others: Iterable[Any] = ()) -> None:
    """Store the DAGs of the bag, and of other bags, in the database, once, with the waiting taken out of `dag`.

    A DAG that cannot be serialized would make the sync of all of them fail, so such neighbours are left out.
    """
    from windtunnel.airflow_compat.dagbag import why_unserializable

    for task in dag.tasks:
        _stop_waiting(task)
    for other in others:
        bag.dags.update({dag_id: found for dag_id, found in other.dags.items() if dag_id not in bag.dags})
    for neighbour in list(bag.dags.values()):
        if neighbour is not dag and why_unserializable(neighbour):
            del bag.dags[neighbour.dag_id]
    from airflow.dag_processing.bundles.manager import DagBundlesManager

    try:
        from airflow.dag_processing.dagbag import sync_bag_to_db
    except ImportError:  # 3.1
        from airflow.models.dagbag import sync_bag_to_db
    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(bag, BUNDLE, None)


def _stop_waiting(task: Any) -> None:
    """The same attempts with no pause between them: dag.test() waits a retry_delay out by the clock."""
    pauses = {"retry_delay": timedelta(0), "retry_exponential_backoff": False, "poke_interval": 0.05}
    if (partial := getattr(task, "partial_kwargs", None)) is not None:
        partial.update({name: pause for name, pause in pauses.items() if name in partial})
        if partial.get("retries"):
            partial["retry_delay"] = timedelta(0)
        return
    for name, pause in pauses.items():
        if hasattr(task, name):
            setattr(task, name, pause)


def test_run(dag: Any, conf: Mapping[str, Any], observer: Observer) -> Any:
    """The DagRun of one `dag.test()`: logical date now, or the nearest date at which the DAG is alive.

    Raises what dag.test() raises: a required param without a value, for one.
    """
    with _listening(observer):
        return dag.test(logical_date=_living_date(dag), run_conf=dict(conf) or None)


def _living_date(dag: Any) -> datetime:
    """Before its start and after its end dag.test() ends green with no task run, which a real run would not."""
    date = datetime.now(timezone.utc)
    starts = [start for start in (dag.start_date, *(task.start_date for task in dag.tasks)) if start]
    ends = [end for end in (dag.end_date, *(task.end_date for task in dag.tasks)) if end]
    living: datetime = min([max([date, *starts]), *ends])
    return living


@contextlib.contextmanager
def _listening(observer: Observer) -> Any:
    try:
        from airflow.sdk.listener import get_listener_manager
    except ImportError:  # 3.1
        from airflow.listeners.listener import get_listener_manager
    manager = get_listener_manager()
    listener = _listener(observer)
    manager.add_listener(listener)
    try:
        yield
    finally:
        manager.pm.unregister(listener)


def _listener(observer: Observer) -> Any:
    from airflow.listeners import hookimpl

    class Listener:
        @hookimpl
        def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:  # noqa: ARG002
            observer.task_started(task_instance.task_id, task_instance.map_index, task_instance.try_number)

        @hookimpl
        def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:  # noqa: ARG002
            observer.task_ended(task_instance.task_id, task_instance.map_index, "success", None)

        @hookimpl
        def on_task_instance_skipped(self, previous_state: Any, task_instance: Any) -> None:  # noqa: ARG002
            observer.task_ended(task_instance.task_id, task_instance.map_index, "skipped", None)

        @hookimpl
        def on_task_instance_failed(self, previous_state: Any, task_instance: Any, error: Any) -> None:  # noqa: ARG002
            state = str(getattr(task_instance.state, "value", task_instance.state))
            observer.task_ended(task_instance.task_id, task_instance.map_index, state, error)

    return Listener()


def task_instances(dag_run: Any) -> list[tuple[str, int, str, int, float]]:
    """(task_id, map_index, state or "", attempts, seconds) of every task instance of the run, as stored."""
    return [
        (ti.task_id, ti.map_index, str(getattr(ti.state, "value", ti.state) or ""), ti.try_number, ti.duration or 0.0)
        for ti in dag_run.get_task_instances()
    ]


def outside_need(error: BaseException) -> str:
    """What the failed code asked of the deployment and this run does not have: a connection, a variable, a param."""
    from airflow.exceptions import AirflowNotFoundException, ParamValidationError

    reason = (str(error).strip().splitlines() or [""])[0]
    if isinstance(error, ParamValidationError) and "No value passed" in reason:
        return f"a value for a param ({reason})"
    if isinstance(error, AirflowNotFoundException):
        return f"a connection ({reason})"
    code = str(getattr(getattr(getattr(error, "error", None), "error", None), "value", ""))
    if code in ("CONNECTION_NOT_FOUND", "VARIABLE_NOT_FOUND"):
        return f"a {code.partition('_')[0].lower()} ({reason})"
    if (missing := _dag_not_found(error)) is not None:
        return f"a DAG that this repository does not have ({missing})"
    if _asked_for_events(error):
        return f"an event of an asset ({reason})"
    return ""


def _dag_not_found(error: BaseException) -> str | None:
    """The dag_id that a TriggerDagRunOperator asked the execution API for in vain."""
    from airflow.sdk.api.client import ServerResponseError

    if not isinstance(error, ServerResponseError) or error.response.status_code != 404:
        return None
    resource, _, name = error.response.url.path.strip("/").partition("/")
    return name.partition("/")[0] if resource == "dag-runs" else None


def _asked_for_events(error: BaseException) -> bool:
    """Whether the innermost code looked into the asset events of the run: dag.test() gives it none."""
    from airflow.sdk.execution_time import context

    accessors = (context.InletEventsAccessors, context.InletEventsAccessor, context.TriggeringAssetEventsAccessor)
    if any(kind.__name__ in str(error) for kind in accessors):
        return True
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    return any(isinstance(frame.f_locals.get("self"), accessors) for frame in frames[-2:])
