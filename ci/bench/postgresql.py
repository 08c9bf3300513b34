"""A PostgreSQL server below one folder, with everything off that only serves to survive; nothing of it is left."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 180  # seconds for a server to be ready


class Unavailable(Exception):
    """What the machine must have and has not."""


class Server(NamedTuple):
    """A running server, which takes everybody for its user. Its database has the name of the user."""

    port: int
    user: str
    version: str


def binaries() -> Path:
    """The folder with PostgreSQL's programs, the newest where there are several; raises Unavailable."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    if not found:
        raise Unavailable("PostgreSQL is missing: apt-get install postgresql")
    return found[-1].parent


@contextlib.contextmanager
def server(programs: Path, home: Path, log: Path, user: str) -> Iterator[Server]:
    """A server on loopback, its files in `home`/postgresql; PostgreSQL's own user must be let through to it."""
    folder, port = home / "postgresql", free_port()
    folder.mkdir()
    # PostgreSQL refuses to be root; Debian's package brings this user.
    runs_as: dict[str, Any] = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        runs_as = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    make = [programs / "initdb", "-D", folder / "data", "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync"]
    with log.open("ab") as told:
        subprocess.run(make, check=True, stdout=told, stderr=told, cwd="/", **runs_as)
        off = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300")
        options = (*off, f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}")
        serve = [programs / "postgres", "-D", folder / "data", *(word for one in options for word in ("-c", one))]
        process = subprocess.Popen(serve, stdout=told, stderr=told, cwd="/", start_new_session=True, **runs_as)
    try:
        ask = [programs / "psql", "-h", "127.0.0.1", "-p", str(port), "-U", user, "-d", "postgres", "-Atc"]
        _until(lambda: subprocess.run([*ask, "select 1"], capture_output=True, check=False).returncode == 0, process)
        subprocess.run([*ask, f"create database {user}"], check=True, capture_output=True)
        version = subprocess.run([*ask, "show server_version"], check=True, capture_output=True, text=True).stdout
        yield Server(port, user, version.split()[0])
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
        process.wait(30)


def free_port() -> int:
    """A port of loopback that nobody listens on, for now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        if process.poll() is not None or time.monotonic() > end:
            raise Unavailable(f"{process.args!r} does not start")
        time.sleep(0.2)
