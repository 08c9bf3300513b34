"""Airflow's execution API, asked and answered in this very process and thread."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx


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
        return self._loop.run_until_complete(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        answer = await self._app.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())
