"""What Airflow's own listener interface tells of the task instance at work in this process."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol


class Observer(Protocol):
    """Who is told what happens to the task instance of this process."""

    def task_started(self, task: Any) -> None:
        """The task's code is about to run."""

    def task_ended(self, state: str, error: BaseException | None) -> None:
        """The task's code has ended: `state` is success, skipped, failed or up_for_retry."""


class ListenerFault(BaseException):
    """Our own listener raised. Airflow logs the exceptions of listeners and goes on; this one it lets through."""


@contextlib.contextmanager
def listening(observer: Observer) -> Iterator[None]:
    """Tell the observer of all task instances, in this process and in those forked from it."""
    try:
        from airflow.sdk.listener import get_listener_manager
    except ImportError:  # 3.1
        from airflow.listeners.listener import get_listener_manager
    manager, listener = get_listener_manager(), _listener(observer)
    manager.add_listener(listener)
    try:
        yield
    finally:
        manager.pm.unregister(listener)


def _tell(report: Callable[..., None], *seen: Any) -> None:
    try:
        report(*seen)
    except Exception as fault:
        raise ListenerFault from fault


def _listener(observer: Observer) -> Any:
    from airflow.listeners import hookimpl

    class Listener:
        @hookimpl
        def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:  # noqa: ARG002
            _tell(observer.task_started, task_instance.task)

        @hookimpl
        def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:  # noqa: ARG002
            _tell(observer.task_ended, "success", None)

        @hookimpl
        def on_task_instance_skipped(self, previous_state: Any, task_instance: Any) -> None:  # noqa: ARG002
            _tell(observer.task_ended, "skipped", None)

        @hookimpl
        def on_task_instance_failed(self, previous_state: Any, task_instance: Any, error: Any) -> None:  # noqa: ARG002
            state = str(getattr(task_instance.state, "value", task_instance.state))
            _tell(observer.task_ended, state, error)

    return Listener()
