"""The XComs that a task pushes and pulls in its own process, heard where Airflow's SDK sets and gets them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from types import SimpleNamespace
from typing import Any, NamedTuple

_LONGEST_COMPARED = 1 << 16  # characters of JSON; to read a longer one back would slow the task down


class Pushed(NamedTuple):
    """A value that was pushed, and its stored form as JSON."""

    key: str
    value: Any
    text: str


class Asked(NamedTuple):
    """An XCom that was asked for; `optional` where the caller has said what else will do, or looks elsewhere.

    `several` where it is one of those of several tasks.
    """

    task_id: str
    key: str
    found: bool
    optional: bool
    several: bool


class _Asking(NamedTuple):
    task_id: str
    optional: bool
    several: bool


def listen_to_xcoms(pushed: Callable[[Pushed], None], asked: Callable[[Asked], None]) -> None:
    """Hear of the XComs of the task of this process, which does nothing else, so that nothing is put back.

    Airflow's listeners do not tell of XComs. What is wrapped are public methods of the SDK, of whatever backend.
    """
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
    from airflow.sdk.execution_time.xcom import XCom

    _hear_pushes(XCom, pushed)
    asking: ContextVar[_Asking | None] = ContextVar("asking", default=None)
    for name in ("xcom_pull", "axcom_pull"):
        if method := getattr(RuntimeTaskInstance, name, None):
            setattr(RuntimeTaskInstance, name, _around(method, asking))
    for name in ("get_one", "get_all", "aget_one", "aget_all"):
        if method := getattr(XCom, name, None):
            setattr(XCom, name, staticmethod(_hearing(method, asking, asked)))


def _hear_pushes(backend: Any, pushed: Callable[[Pushed], None]) -> None:
    latest: list[Any] = []
    serialize = backend.serialize_value

    def serialize_value(value: Any, **more: Any) -> Any:
        stored = serialize(value, **more)
        latest[:] = [stored]
        return stored

    backend.serialize_value = staticmethod(serialize_value)
    for name in ("set", "aset"):
        if method := getattr(backend, name, None):
            setattr(backend, name, staticmethod(_telling(method, latest, pushed)))


def _telling(method: Any, latest: list[Any], pushed: Callable[[Pushed], None]) -> Any:
    def tell(key: str, value: Any) -> None:
        stored = latest.pop() if latest else None
        pushed(Pushed(key, value, json.dumps(stored, default=str)))

    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def aset(key: str, value: Any, **more: Any) -> None:
            await method(key=key, value=value, **more)
            tell(key, value)

        return aset

    @wraps(method)
    def set_(key: str, value: Any, **more: Any) -> None:
        method(key=key, value=value, **more)
        tell(key, value)

    return set_


def _around(method: Any, asking: ContextVar[_Asking | None]) -> Any:
    """The method of a task instance, which says while it is at work for whom it asks, and how much it wants it."""

    def note(instance: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        bound = inspect.signature(method).bind(instance, *arguments, **options).arguments
        elsewhere = bound.get("run_id") not in (None, instance.run_id)
        elsewhere = elsewhere or bound.get("dag_id") not in (None, instance.dag_id)
        optional = elsewhere or bool({"default", "include_prior_dates"} & bound.keys())
        return asking.set(_Asking(instance.task_id, optional, not isinstance(bound.get("task_ids"), str)))

    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def axcom_pull(instance: Any, *arguments: Any, **options: Any) -> Any:
            token = note(instance, arguments, options)
            try:
                return await method(instance, *arguments, **options)
            finally:
                asking.reset(token)

        return axcom_pull

    @wraps(method)
    def xcom_pull(instance: Any, *arguments: Any, **options: Any) -> Any:
        token = note(instance, arguments, options)
        try:
            return method(instance, *arguments, **options)
        finally:
            asking.reset(token)

    return xcom_pull


def _hearing(method: Any, asking: ContextVar[_Asking | None], asked: Callable[[Asked], None]) -> Any:
    def tell(options: dict[str, Any], value: Any) -> None:
        if (by := asking.get()) is not None and options["task_id"] != by.task_id:
            one_of_many = options.get("map_index") is not None
            found, optional = value is not None, by.optional or one_of_many
            asked(Asked(options["task_id"], options["key"], found, optional, by.several))

    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def aget(**options: Any) -> Any:
            value = await method(**options)
            tell(options, value)
            return value

        return aget

    @wraps(method)
    def get(**options: Any) -> Any:
        value = method(**options)
        tell(options, value)
        return value

    return get


def read_back(pushed: Pushed) -> Any:
    """What a task gets that pulls the XCom; LookupError where that is not certain, or would take too long."""
    from airflow.sdk.bases.xcom import BaseXCom
    from airflow.sdk.execution_time.xcom import XCom

    if XCom is not BaseXCom or len(pushed.text) > _LONGEST_COMPARED:
        raise LookupError
    return BaseXCom.deserialize_value(SimpleNamespace(value=json.loads(pushed.text)))
