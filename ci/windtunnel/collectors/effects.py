"""What user code does to the world outside its own folders: connections are refused, and what matters is remembered."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from windtunnel.collectors.allowed_hosts import AllowedHosts
from windtunnel.collectors.failures import is_users, relative
from windtunnel.findings import Location

_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "")
_MOST_OPENED = 1000
_WRITING = os.O_WRONLY | os.O_RDWR
_DEEDS = {
    "os.mkdir",
    "os.link",
    "os.symlink",
    "shutil.copyfile",
    "sqlite3.connect",
    "subprocess.Popen",
    "os.posix_spawn",
}


class NetworkRefused(ConnectionRefusedError):
    """User code wanted to leave this machine. It reads to libraries like a network that is down."""


@dataclass(slots=True)
class Effects:
    """What this process has tried so far: hosts it was kept from, files it renamed, and how many things it wrote.

    `opened` are the first of the files that it opened to write them, and the databases.

    `culprits` are the lines below `root` that the refused hosts were first asked from, where there was such a line.
    """

    refused: list[str] = field(default_factory=list)
    culprits: dict[str, tuple[str, int]] = field(default_factory=dict)
    root: Path | None = None
    allowed: AllowedHosts = field(default_factory=AllowedHosts)
    renamed: dict[str, str] = field(default_factory=dict)
    deeds: int = 0
    opened: list[str] = field(default_factory=list)

    def allow(self, hosts: tuple[str, ...]) -> None:
        """From now on let this process reach these hosts too."""
        self.allowed = AllowedHosts(hosts)
        self.allowed.learn()

    def lets(self, host: str, port: int | None) -> bool:
        """Whether this process may reach a host."""
        return is_this_machine(host) or self.allowed.allows(host, port)

    def users_line(self) -> Location | None:
        """The innermost line of the user's at which this thread stands."""
        found = _users_line(self.root)
        return Location(relative(found[0], self.root), found[1]) if found and self.root else None

    def forget_refused(self) -> None:
        """Begin anew: what follows is somebody else's doing."""
        self.refused.clear()
        self.culprits.clear()

    def now_at(self, path: Path) -> Path:
        """Where a file lies after all renames of it, or of a folder that it lies in."""
        for _ in self.renamed:
            moved = next((folder for folder in (path, *path.parents) if str(folder) in self.renamed), None)
            if moved is None or path.exists():
                break
            path = Path(self.renamed[str(moved)]) / path.relative_to(moved)
        return path


def refuse_network(root: Path | None = None) -> Effects:
    """Let this process connect to loopback addresses and to sockets of this machine only, for the rest of its life.

    What else it may reach is said by `allowed` of what is returned. The user's files lie below `root`.

    Audit hooks see what goes through Python's own modules; a C library that opens sockets or files is not seen.
    """
    effects = Effects(root=root)

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            if isinstance(arguments[2], int) and arguments[2] & _WRITING:
                effects.deeds += 1
                _note_opened(effects, arguments[0])
        elif event == "os.rename":
            _note_rename(effects, *arguments[:2])
        elif event in _DEEDS:
            effects.deeds += 1
            if event == "sqlite3.connect":
                _note_opened(effects, arguments[0])
        elif event.startswith("socket."):
            _judge(event, arguments, effects)

    sys.addaudithook(audit)
    return effects


def _note_opened(effects: Effects, name: Any) -> None:
    if isinstance(name, str) and len(effects.opened) < _MOST_OPENED:
        effects.opened.append(name)


def _note_rename(effects: Effects, source: Any, target: Any) -> None:
    effects.deeds += 1
    with contextlib.suppress(TypeError, OSError):  # a path as bytes, a working directory that is gone
        effects.renamed[str(Path(source).absolute())] = str(Path(target).absolute())


def _judge(event: str, arguments: tuple[Any, ...], effects: Effects) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        effects.deeds += 1
        _judge_address(effects, *arguments[:2])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        _judge_host(effects, arguments[0], None)


def _judge_address(effects: Effects, sock: Any, address: Any) -> None:
    if getattr(sock, "family", None) in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
        _judge_host(effects, address[0], address[1])


def _judge_host(effects: Effects, host: Any, port: int | None) -> None:
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
    if effects.lets(name, port):
        return
    target = name if port is None else f"{name}:{port}"
    effects.refused.append(target)
    if culprit := _users_line(effects.root):
        effects.culprits.setdefault(target, culprit)
    raise NetworkRefused(f"windtunnel lets no run reach the network: {target}")


def _users_line(root: Path | None) -> tuple[str, int] | None:
    """The innermost line of the user's at which this thread stands."""
    frame: FrameType | None = sys._getframe() if root else None  # noqa: SLF001
    while frame is not None and root is not None:
        if is_users(frame.f_code.co_filename, root):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None


def is_this_machine(name: str) -> bool:
    """Whether a host is this machine, which every run may talk to."""
    return name in _LOCAL_NAMES or _is_local(name)


def _is_local(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name == socket.gethostname()
    return address.is_loopback or address.is_unspecified
