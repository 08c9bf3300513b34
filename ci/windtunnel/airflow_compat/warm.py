"""Airflow imported, and for runs its database built and its execution API warm: what the template process does once."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.airflow_compat.environment import airflow_variables

_REHEARSAL = """
from datetime import datetime

from airflow.sdk import dag, task


@dag(schedule="@daily", start_date=datetime(2025, 1, 1))
def rehearsal():
    @task
    def play():
        pass

    play()


rehearsal()
"""

# They take a third of the time of a request. Nobody here asks for fresh tokens, or follows requests through logs.
_OF_TOKENS_AND_LOGS = ("JWTReissueMiddleware", "CorrelationIdMiddleware")

# Cadwyn's mark of a route that only older versions have.
_GONE = "_CADWYN_DELETED_ROUTE"


def warm_up(*, runs: bool) -> None:
    """Import Airflow in this process, with a home of its own in the working directory; ready for runs, or for loads.

    Only the main thread is alive afterwards, and no connection is open, so that children can be forked.
    """
    home = Path.cwd() / "airflow"
    (home / "empty").mkdir(parents=True)
    os.environ.update(airflow_variables(home))

    _rehearse(home / "rehearsal.py")
    if runs:
        from airflow.utils.db import initdb

        initdb()
        _share_execution_api()
        _tune_database()
        _rehearse_run(home)
    _close_connections()
    alive = [thread.name for thread in threading.enumerate()]
    assert alive == ["MainThread"], f"threads would not survive a fork: {alive}"


def move_in(home: Path) -> None:
    """Give this forked child a database and an AIRFLOW_HOME of its own at `home`.

    The database comes into being when somebody first asks for it: a copy of the template's, or, where that has none,
    a new one. Loading a DAG file seldom asks.
    """
    from airflow import settings
    from sqlalchemy import event

    original = Path(os.environ["AIRFLOW_HOME"])
    (home / "empty").mkdir(parents=True)
    os.environ.update(airflow_variables(home))
    database = _Database(original / "airflow.db", home / "airflow.db")
    asynchronous = getattr(settings.async_engine, "sync_engine", None)
    for engine in filter(None, (settings.engine, asynchronous)):
        # The engine keeps its statement cache, which a new engine would lose (0.35 s a child).
        event.listen(engine, "do_connect", database.lead_there)


@dataclass(frozen=True, slots=True)
class _Database:
    """Where a child's connections lead."""

    original: Path
    own: Path

    def lead_there(self, _dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
        """Point one new connection at the child's database, which is made now if it is the first."""
        arguments[:1] = [str(self.own)]
        if self.own.exists():
            return
        if self.original.exists():
            shutil.copy(self.original, self.own)
        else:
            self.own.touch()  # initdb connects as well
            from airflow.utils.db import initdb

            initdb()


def _rehearse(file: Path) -> None:
    """Load and store a DAG of our own: the first one costs 0.1 s, in what Airflow imports and builds when needed."""
    from windtunnel.airflow_compat.dagbag import read_dag_file, store
    from windtunnel.airflow_compat.metadata import readers
    from windtunnel.airflow_compat.schedules import schedule_of

    list(readers())

    handlers = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGSEGV)}
    file.write_text(_REHEARSAL, encoding="utf-8")
    bag = read_dag_file(file, file.parent)
    for dag in bag.dags.values():
        schedule_of(dag, store(dag).dag)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _share_execution_api() -> None:
    """Build the in-process execution API once: 3.1 and 3.2 rebuild it for every task (apache/airflow#65235)."""
    _speak_one_version()
    from airflow.api_fastapi.execution_api.app import InProcessExecutionAPI
    from airflow.sdk.execution_time import supervisor

    app = InProcessExecutionAPI().app
    app.user_middleware[:] = [layer for layer in app.user_middleware if layer.cls.__name__ not in _OF_TOKENS_AND_LOGS]
    asyncio.run(_request_something(app))
    supervisor.in_process_api_server  # noqa: B018  fail here, and loudly, if Airflow has moved it
    supervisor.in_process_api_server = functools.lru_cache(1)(lambda: InProcessExecutionAPI(app=app))


def _speak_one_version() -> None:
    """Leave out of the execution API what is there for workers of older releases: all versions of it take seconds."""
    from airflow.api_fastapi.execution_api import routes, versions
    from airflow.sdk.api.datamodels._generated import API_VERSION
    from cadwyn import HeadVersion, Version, VersionBundle

    if versions.bundle.versions[0].value != API_VERSION:
        return  # the Task SDK here is of another day than the core
    versions.bundle = VersionBundle(HeadVersion(), Version(API_VERSION))
    known = routes.execution_api_router.routes
    known[:] = [route for route in known if _GONE not in getattr(route, "tags", ())]


def _tune_database() -> None:
    """Do not wait for the disk: the database is thrown away."""
    from airflow import settings
    from sqlalchemy import event

    def tune(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA journal_mode=MEMORY")

    event.listen(settings.engine, "connect", tune)


def _rehearse_run(home: Path) -> None:
    """Play a run of our own, on the database as it will be again afterwards.

    The first one takes half a second of one processor longer than those after it: statements are compiled, routes and
    metrics looked up, modules imported, here and in the processes of tasks.
    """
    from windtunnel.airflow_compat import running
    from windtunnel.airflow_compat.dagbag import read_dag_file

    database = home / "airflow.db"
    stage: Any = _Rehearsal(home / "modules")
    _close_connections()
    shutil.copy(database, home / "new.db")
    bag = read_dag_file(home / "rehearsal.py", home)
    dag = bag.dags["rehearsal"]
    running.prepare(bag, dag, home)
    played = running.play(bag, dag, {}, stage, home, seconds=60)
    assert played.state == "success", f"not even our own DAG runs here: {played}"
    os.environ.update(airflow_variables(home))
    _close_connections()
    (home / "new.db").replace(database)
    for name in stage.modules.read_text(encoding="utf-8").split():
        with contextlib.suppress(ImportError):  # what was made there, and not imported
            importlib.import_module(name)


@dataclass(frozen=True, slots=True)
class _Rehearsal:
    """A stage on which nobody looks on: it asks what the process of a task has imported."""

    modules: Path

    def leave_attempt(self, _key: Any) -> None:
        names = {name for name, module in list(sys.modules.items()) if getattr(module, "__spec__", None)}
        self.modules.write_text("\n".join(sorted(names)), encoding="utf-8")

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_: None


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
