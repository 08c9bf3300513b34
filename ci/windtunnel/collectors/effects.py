"""What user code tries to do to the world outside its own folders: connections are refused, and remembered."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "")


class NetworkRefused(ConnectionRefusedError):
    """User code wanted to leave this machine. It reads to libraries like a network that is down."""


def refuse_network() -> None:
    """Let this process connect to loopback addresses and to sockets of this machine only, for the rest of its life.

    Audit hooks see what goes through Python's socket module; a C library that opens sockets of its own is not seen.
    """
    sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        _judge_address(*arguments[:2])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        _judge_host(arguments[0])


def _judge_address(sock: Any, address: Any) -> None:
    if getattr(sock, "family", None) in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
        _judge_host(address[0], f":{address[1]}")


def _judge_host(host: Any, port: str = "") -> None:
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
    if name not in _LOCAL_NAMES and not _is_local(name):
        raise NetworkRefused(f"windtunnel lets no run reach the network: {name}{port}")


def _is_local(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name == socket.gethostname()
    return address.is_loopback or address.is_unspecified
