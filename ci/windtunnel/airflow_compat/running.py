"""One DAG run by `dag.test()`, prepared so that it waits for nothing and parses nothing again."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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

    def task_broke(self, task_id: str, map_index: int, error: BaseException) -> None:
        """The task is failed because dag.test() could not run it, or its trigger, to the end."""


def prepare(bag: Any, dag: Any, others: Iterable[Any] = ()) -> None:
    """Store the DAGs of the bag, and of other bags, in the database, once, with the waiting taken out of `dag`.

    A DAG that cannot be serialized would make the sync of all of them fail, so such neighbours are left out.
    """
    from windtunnel.airflow_compat.dagbag import store

    for task in dag.tasks:
        _stop_waiting(task)
    for other in others:
        bag.dags.update({dag_id: found for dag_id, found in other.dags.items() if dag_id not in bag.dags})
    for neighbour in list(bag.dags.values()):
        if neighbour is not dag and store(neighbour).reason:
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
    manager, log = get_listener_manager(), logging.getLogger("airflow.sdk.definitions.dag")
    listener, handler = _listener(observer), _Breakages(observer)
    manager.add_listener(listener)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        manager.pm.unregister(listener)


class ListenerFault(BaseException):
    """Our own listener raised. Airflow logs the exceptions of listeners and goes on; this one it lets through."""


def _tell(report: Callable[..., None], task_instance: Any, *seen: Any) -> None:
    try:
        report(task_instance.task_id, task_instance.map_index, *seen)
    except Exception as fault:
        raise ListenerFault from fault


class _Breakages(logging.Handler):
    """Hears of the exceptions that dag.test() catches around a task: it logs them, and calls no listener."""

    def __init__(self, observer: Observer) -> None:
        super().__init__()
        self._observer = observer

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and isinstance(record.args, tuple) and hasattr(record.args[0], "map_index"):
            _tell(self._observer.task_broke, record.args[0], error)


def _listener(observer: Observer) -> Any:
    from airflow.listeners import hookimpl

    class Listener:
        @hookimpl
        def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:  # noqa: ARG002
            _tell(observer.task_started, task_instance, task_instance.try_number)

        @hookimpl
        def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:  # noqa: ARG002
            _tell(observer.task_ended, task_instance, "success", None)

        @hookimpl
        def on_task_instance_skipped(self, previous_state: Any, task_instance: Any) -> None:  # noqa: ARG002
            _tell(observer.task_ended, task_instance, "skipped", None)

        @hookimpl
        def on_task_instance_failed(self, previous_state: Any, task_instance: Any, error: Any) -> None:  # noqa: ARG002
            state = str(getattr(task_instance.state, "value", task_instance.state))
            _tell(observer.task_ended, task_instance, state, error)

    return Listener()


def marks_of(dag_run: Any) -> Iterator[str]:
    """The texts by which people keep the outputs of runs apart: its run_id, and its date however it is written."""
    yield str(dag_run.run_id)
    for date in filter(None, (dag_run.logical_date, dag_run.data_interval_start, dag_run.data_interval_end)):
        yield from (date.strftime(form) for form in ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y_%m_%d"))


def runs_at_a_time(dag: Any) -> int:
    """How many runs of the DAG the scheduler may have at work at one time when it catches up."""
    waits_for_its_past = any(getattr(task, "depends_on_past", False) for task in dag.tasks)
    return 1 if waits_for_its_past or not dag.catchup else int(dag.max_active_runs)


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
    # 3.2 raises a plain ValueError
    if isinstance(error, ParamValidationError | ValueError) and _PARAM_WITHOUT_VALUE.match(reason):
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
    if any(kind.__name__ in _WAITED_IN_VAIN for kind in type(error).__mro__):
        return "what its sensor waits for"
    return ""


# By name: each version has moved some of them.
_WAITED_IN_VAIN = {"AirflowSensorTimeout", "TaskDeferralTimeout"} | {
    f"External{what}NotFoundError" for what in ("Dag", "Task")
}
_PARAM_WITHOUT_VALUE = re.compile("Invalid input for param .*: No value passed")
_NEED_IN_TEXT = re.compile(
    r"^[\w.]*(?:AirflowRuntimeError: (?:VARIABLE|CONNECTION)_NOT_FOUND"
    r"|AirflowNotFoundException: The conn_id"
    r"|KeyError: 'Variable .* does not exist).*$",
    re.MULTILINE,
)


def outside_need_in_text(text: str) -> str:
    """What a printed traceback says was asked of the deployment: a connection or a variable; "" where nothing was."""
    found = _NEED_IN_TEXT.search(text)
    return f"a connection or a variable ({found[0].partition(': ')[2]})" if found else ""


def waited_in_vain(task: Any, error: BaseException) -> str:
    """What a task that waits by its kind failed for want of, where its execution_timeout has ended the wait."""
    from windtunnel.airflow_compat.dagbag import may_wait

    is_timeout = any(kind.__name__ == "AirflowTaskTimeout" for kind in type(error).__mro__)
    return "what its sensor waits for" if is_timeout and may_wait(task) else ""


def upstream_of(task: Any) -> set[str]:
    """The ids of all tasks that a task waits for, near and far."""
    ids: set[str] = task.get_flat_relative_ids(upstream=True)
    return ids


def _dag_not_found(error: BaseException) -> str | None:
    """The dag_id that a TriggerDagRunOperator asked the execution API for in vain."""
    from airflow.sdk.api.client import ServerResponseError

    if not isinstance(error, ServerResponseError) or error.response.status_code != 404:
        return None
    resource, _, name = error.response.url.path.strip("/").partition("/")
    return name.partition("/")[0] if resource == "dag-runs" else None


def _asked_for_events(error: BaseException) -> bool:
    """Whether the innermost code found nothing in the asset events of the run: dag.test() gives it none."""
    from airflow.sdk.execution_time import context

    names = ("InletEventsAccessors", "InletEventsAccessor", "TriggeringAssetEventsAccessor")
    if any(name in str(error) for name in names):
        return True
    accessors = tuple(getattr(context, name) for name in names if hasattr(context, name))  # 3.1 has a list for one
    found_nothing = isinstance(error, LookupError) or type(error).__name__ == "UndefinedError"
    innermost = list(walk_tb(error.__traceback__))[-4:]  # of which three may be those of a template engine
    seen = [value for frame, _ in innermost for value in frame.f_locals.values()]
    return found_nothing and any(isinstance(value, accessors) for value in seen)
