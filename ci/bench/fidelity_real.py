"""A real Airflow below one folder: its database, its four processes, its REST API; nothing of it is left afterwards."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import postgresql
import psutil
from postgresql import Unavailable, free_port

PROCESSES = ("api-server", "scheduler", "dag-processor", "triggerer")
PATIENCE = 180  # seconds for a process to be ready; 40 are usual on 2 processors
_PR_SET_CHILD_SUBREAPER = 36


class Refusal(Exception):
    """The API's answer to what it will not do."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"HTTP {status}: {text[:500]}")
        self.status = status


class Deployment(NamedTuple):
    """A running Airflow. `database` is its name and version, `logs` where its processes and tasks write theirs."""

    api: Api
    database: str
    logs: Path


class Api:
    """The REST API, by the standard library."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get(self, path: str, **query: Any) -> Any:
        """The JSON that a GET answers; raises Refusal."""
        return self._ask_again("GET", f"{path}?{urlencode(query)}" if query else path)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that a PATCH answers; raises Refusal."""
        return self._ask_again("PATCH", path, json.dumps(body).encode())

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that a POST answers; raises Refusal."""
        return self._ask("POST", path, json.dumps(body).encode())

    def all(self, path: str, name: str, **query: Any) -> Iterator[Any]:
        """Every entry of a list that comes in pages."""
        start = 0
        while entries := self.get(path, limit=100, offset=start, **query)[name]:
            yield from entries
            start += len(entries)

    def _ask_again(self, *request: Any) -> Any:
        """What may be asked two times: when scheduler and API wait for each other, PostgreSQL fails one of them."""
        for pause in (1, 3):
            try:
                return self._ask(*request)
            except Refusal as refusal:
                if refusal.status < 500:
                    raise
                time.sleep(pause)
        return self._ask(*request)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = urllib.request.Request(self._address + path, body, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Refusal(error.code, error.read().decode(errors="replace")) from error


def path_of(*parts: str) -> str:
    """A path of the API, with what people name made safe."""
    return "/api/v2/" + "/".join(quote(part, safe="~") for part in parts)


@contextlib.contextmanager
def deployment(
    dags: Path, *, sqlite: bool = False, paused: bool = False, keep: Path | None = None
) -> Iterator[Deployment]:
    """A real Airflow over the DAG files of one folder, `paused` or not at first; raises Unavailable.

    `keep` is a folder to which the logs are copied at the end.
    """
    binaries = None if sqlite else postgresql_binaries()
    with _everything_ends(), _folder(keep) as home, contextlib.ExitStack() as stack:
        url, database = _sqlite(home) if binaries is None else stack.enter_context(_postgresql(binaries, home))
        port = free_port()
        environment = _environment(home, dags, url, port, paused)
        _migrate(environment, home)
        running = [_start(name, environment, home) for name in PROCESSES]
        api = Api(f"http://127.0.0.1:{port}")
        _wait_until_ready(api, running, home)
        yield Deployment(api, database, home / "logs")


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fidelity-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o711)  # PostgreSQL is another user, who must find its own folder in here
        for name in ("work", "tmp", "logs", "plugins"):
            (home / name).mkdir()
        try:
            yield home
        finally:
            if keep is not None:
                shutil.copytree(home / "logs", keep, dirs_exist_ok=True)


@contextlib.contextmanager
def _everything_ends() -> Iterator[None]:
    """Whatever has been started below here is ended, orphans too: they become children of this process."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = {child.pid for child in psutil.Process().children()}
    try:
        yield
    finally:
        # A second Ctrl-C must not leave half of it.
        ignored = {one: signal.signal(one, signal.SIG_IGN) for one in (signal.SIGINT, signal.SIGTERM)}
        _end_children(before)
        for one, handler in ignored.items():
            signal.signal(one, handler)


def _end_children(spared: set[int]) -> None:
    for how, seconds in (("terminate", 10), ("kill", 10)):
        children = [child for child in psutil.Process().children() if child.pid not in spared]
        family = [*children, *(heir for child in children for heir in _heirs(child))]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                getattr(process, how)()
        psutil.wait_procs(family, timeout=seconds)


def _heirs(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return list(process.children(recursive=True))
    return []


# The database


def postgresql_binaries() -> Path:
    """The folder with PostgreSQL's programs, the newest where there are several; raises Unavailable."""
    for module in ("psycopg2", "asyncpg"):
        try:
            __import__(module)
        except ImportError as error:
            raise Unavailable(f"{module} is missing: pip install psycopg2-binary asyncpg, or --sqlite") from error
    try:
        return postgresql.binaries()
    except Unavailable as error:
        raise Unavailable(f"{error}, or --sqlite") from error


def _sqlite(home: Path) -> tuple[str, str]:
    return f"sqlite:///{home / 'airflow.db'}", "sqlite"


@contextlib.contextmanager
def _postgresql(binaries: Path, home: Path) -> Iterator[tuple[str, str]]:
    """(URL, name and version) of a cluster of its own."""
    with postgresql.server(binaries, home, home / "logs" / "postgresql.log", "airflow") as server:
        yield f"postgresql+psycopg2://airflow@127.0.0.1:{server.port}/airflow", f"postgresql {server.version}"


# The processes


def _environment(home: Path, dags: Path, url: str, port: int, paused: bool) -> dict[str, str]:
    """What makes this Airflow: nothing of the user's, and no wait that is not the DAGs' own."""
    settings = {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "16",
        "CORE__DAGS_FOLDER": dags,
        "CORE__PLUGINS_FOLDER": home / "plugins",
        "CORE__LOAD_EXAMPLES": False,
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": paused,
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": True,
        "DATABASE__SQL_ALCHEMY_CONN": url,
        "API__HOST": "127.0.0.1",
        "API__PORT": port,
        "API__SECRET_KEY": secrets.token_hex(),
        "API_AUTH__JWT_SECRET": secrets.token_hex(32),
        # Files do not change: parsed once is enough.
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": 3600,
        "DAG_PROCESSOR__REFRESH_INTERVAL": 3600,
        "LOGGING__BASE_LOG_FOLDER": home / "logs",
        "LOGGING__WORKER_LOG_SERVER_PORT": free_port(),
        "LOGGING__TRIGGER_LOG_SERVER_PORT": free_port(),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.3,
        "SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": 1,
        "SCHEDULER__ENABLE_HEALTH_CHECK": False,
        "USAGE_DATA_COLLECTION__ENABLED": False,
    }
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return {
        **theirs,
        **{f"AIRFLOW__{name}": str(value) for name, value in settings.items()},
        "AIRFLOW_HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(dags),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(home / "tmp"),
    }


def _migrate(environment: Mapping[str, str], home: Path) -> None:
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    with (home / "logs" / "migrate.log").open("wb") as log:
        subprocess.run(command, check=True, env=environment, cwd=home / "work", stdout=log, stderr=log)


def _start(name: str, environment: Mapping[str, str], home: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "airflow", name]
    with (home / "logs" / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            command, env=environment, cwd=home / "work", stdout=log, stderr=log, start_new_session=True
        )


def _wait_until_ready(api: Api, running: Iterable[subprocess.Popen[bytes]], home: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not _is_healthy(api):
        for name, process in zip(PROCESSES, running, strict=True):
            if process.poll() is not None or time.monotonic() > end:
                tail = (home / "logs" / f"{name}.log").read_text(errors="replace")[-2000:]
                raise Unavailable(f"airflow {name} does not start:\n{tail}")
        time.sleep(0.5)


def _is_healthy(api: Api) -> bool:
    try:
        health = api.get("/api/v2/monitor/health")
    except (OSError, Refusal):  # not yet there
        return False
    return all(health[name]["status"] == "healthy" for name in ("scheduler", "triggerer", "dag_processor"))
