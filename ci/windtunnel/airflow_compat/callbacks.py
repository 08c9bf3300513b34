"""The callbacks of DAGs and of their tasks, called as Airflow calls them, and what they raise."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

_OF_TASKS = ("on_execute_callback", "on_failure_callback", "on_success_callback", "on_retry_callback")
_OF_DAGS = ("on_failure_callback", "on_success_callback")

Heard = Callable[[str, str, str, "BaseException | None"], None]
"""Told of each callback that has been called: its task_id or "", its kind, its name, and what it raised."""


def listen_to_task(task: Any, heard: Heard) -> None:
    """Hear of the callbacks of a task that is about to run in this process."""
    for kind in (*_OF_TASKS, "on_skipped_callback"):
        if callbacks := getattr(task, kind, None):
            setattr(task, kind, _all_watched(task.task_id, kind, callbacks, heard))


def call_for_dag(bag: Any, requests: Sequence[Any], heard: Heard) -> None:
    """Call what the scheduler asks the DAG processor to call: callbacks of DAGs, and of tasks that were killed."""
    import structlog
    from airflow.dag_processing.processor import _execute_callbacks

    for dag in bag.dags.values():
        for kind in _OF_DAGS:
            if callbacks := getattr(dag, kind, None):
                setattr(dag, kind, _all_watched("", kind, callbacks, heard))
        for task in dag.tasks:
            if getattr(task, "partial_kwargs", None) is None:
                listen_to_task(task, heard)
    _execute_callbacks(bag, list(requests), structlog.get_logger(logger_name="processor"))


def failure_callbacks_of(one: Any) -> tuple[str, ...]:
    """The names of the callbacks that hear of the failure of a DAG or of a task, mapped or not."""
    callbacks = getattr(one, "on_failure_callback", None)
    return tuple(map(_name_of, _several(callbacks))) if callbacks else ()


def _several(callbacks: Any) -> list[Any]:
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def _name_of(callback: Any) -> str:
    return str(getattr(callback, "__name__", type(callback).__name__))


def _all_watched(task_id: str, kind: str, callbacks: Any, heard: Heard) -> list[Any]:
    return [_watched(task_id, kind, callback, heard) for callback in _several(callbacks)]


def _watched(task_id: str, kind: str, callback: Any, heard: Heard) -> Any:
    name = _name_of(callback)

    def call(*arguments: Any, **options: Any) -> Any:
        try:
            result = callback(*arguments, **options)
        except BaseException as error:
            heard(task_id, kind, name, error)
            raise
        heard(task_id, kind, name, None)
        return result

    return functools.wraps(callback)(call) if callable(callback) and hasattr(callback, "__name__") else call
