"""Airflow imported, its database built and its execution API warm: what the template process does once."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import shutil
import threading
from pathlib import Path
from typing import Any

from windtunnel.airflow_compat.environment import airflow_variables


def warm_up() -> None:
    """Import Airflow in this process, with a home of its own in the working directory.

    Only the main thread is alive afterwards, and no connection is open, so that children can be forked.
    """
    home = Path.cwd() / "airflow"
    (home / "empty").mkdir(parents=True)
    os.environ.update(airflow_variables(home))

    from airflow.utils.db import initdb

    initdb()
    _share_execution_api()
    _close_connections()
    gc.collect()
    gc.freeze()
    alive = [thread.name for thread in threading.enumerate()]
    assert alive == ["MainThread"], f"threads would not survive a fork: {alive}"


def move_in(home: Path) -> None:
    """Give this forked child a copy of the database and an AIRFLOW_HOME of its own at `home`."""
    from airflow import settings
    from sqlalchemy import event

    original = Path(os.environ["AIRFLOW_HOME"])
    home.mkdir()
    (home / "empty").mkdir()
    database = str(shutil.copy(original / "airflow.db", home))
    os.environ.update(airflow_variables(home))
    asynchronous = getattr(settings.async_engine, "sync_engine", None)
    for engine in filter(None, (settings.engine, asynchronous)):
        event.listen(engine, "do_connect", functools.partial(_connect_to, database))


def _connect_to(database: str, _dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
    # The engine keeps its statement cache, which a new engine would lose (0.35 s a child).
    arguments[:1] = [database]


def _share_execution_api() -> None:
    """Build the in-process execution API once: 3.1 and 3.2 rebuild it for every task (apache/airflow#65235)."""
    from airflow.api_fastapi.execution_api.app import InProcessExecutionAPI
    from airflow.sdk.execution_time import supervisor

    app = InProcessExecutionAPI().app
    asyncio.run(_request_something(app))
    supervisor.in_process_api_server  # noqa: B018  fail here, and loudly, if Airflow has moved it
    supervisor.in_process_api_server = functools.lru_cache(1)(lambda: InProcessExecutionAPI(app=app))


async def _request_something(app: Any) -> None:
    # The first request generates the versioned routes, which takes seconds.
    import httpx

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://in-process.invalid") as client,
    ):
        await client.get("/health")


def _close_connections() -> None:
    from airflow import settings

    settings.Session.remove()
    settings.engine.dispose()
    if settings.async_engine is not None:
        asyncio.run(settings.async_engine.dispose())
