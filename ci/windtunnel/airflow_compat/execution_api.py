"""Airflow's execution API, asked and answered in this very process and thread."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import anyio.to_thread
import httpx
from fastapi.dependencies import utils


def client() -> Any:
    """The client that a task's supervisor asks the API with.

    Airflow's own in-process client hands each request to another thread, through WSGI: that takes three times as long,
    and threads do not survive the fork of a task.
    """
    from airflow.api_fastapi.common.dagbag import dag_bag_from_app
    from airflow.models.dagbag import DBDagBag
    from airflow.sdk.execution_time import supervisor

    app, dags = supervisor.in_process_api_server().app, DBDagBag()
    app.dependency_overrides[dag_bag_from_app] = lambda: dags
    found = supervisor.InProcessTestSupervisor._Client(  # noqa: SLF001  it does not repeat what was refused
        base_url=None, token="", dry_run=True, transport=_HereAndNow(app)
    )
    found.base_url = "http://in-process.invalid/"
    return found


class _HereAndNow(httpx.BaseTransport):
    def __init__(self, app: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._lifespan = app.router.lifespan_context(app)
        self._loop.run_until_complete(self._lifespan.__aenter__())
        self._app = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with _shortcuts():
            return self._loop.run_until_complete(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        answer = await self._app.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


# What was found out of functions, by those who asked for it. The template fills it, all children read it.
_DEPENDANTS: dict[Any, Any] = {}


@contextlib.contextmanager
def _shortcuts() -> Iterator[None]:
    """For the time of a request, save what takes more than half of it. What the user's code does with these is its own.

    Plain functions are called here and not in a thread: there is nobody whom they could keep waiting. And FastAPI,
    which inspects all functions anew for each request where dependencies are overridden, is told what it found before.
    """
    threads: Any = anyio.to_thread
    elsewhere, inspect = threads.run_sync, utils.get_dependant

    async def run_sync(function: Callable[..., Any], *arguments: Any, **_: Any) -> Any:
        return function(*arguments)

    def get_dependant(*, path: str, call: Any, **options: Any) -> Any:
        key = (path, id(call), *(f"{name}={value}" for name, value in sorted(options.items())))
        if key not in _DEPENDANTS:
            _DEPENDANTS[key] = inspect(path=path, call=call, **options), call  # which stays, and with it its id
        return _DEPENDANTS[key][0]

    threads.run_sync, utils.get_dependant = run_sync, get_dependant
    try:
        yield
    finally:
        threads.run_sync, utils.get_dependant = elsewhere, inspect
