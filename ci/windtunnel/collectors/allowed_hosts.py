"""The hosts that a run may reach: patterns as the user writes them, and the addresses that such names stand for."""

from __future__ import annotations

import functools
import ipaddress
import socket
from collections import defaultdict
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

_BRACKETED = "["


def fault_of(pattern: str) -> str:
    """Why a pattern is none; "" where it is one."""
    if "/" in pattern or "@" in pattern:
        return "a host or host:port, without scheme, user and path"
    host, port = parts(pattern)
    if not host or any(sign.isspace() for sign in host):
        return "a host or host:port, as localhost:5432 or *.example.com"
    return "" if port in ("", "*") or (port.isdecimal() and 0 < int(port) < 1 << 16) else "its port is no number"


def parts(pattern: str) -> tuple[str, str]:
    """Host and port, which is "" where none is named; an IPv6 address with a port stands in brackets."""
    pattern = pattern.strip().lower()
    if pattern.startswith(_BRACKETED):
        host, _, rest = pattern[1:].partition("]")
        return host, rest.removeprefix(":")
    if pattern.count(":") > 1:
        return pattern, ""
    host, _, port = pattern.partition(":")
    return host, port


class AllowedHosts:
    """Which hosts this process may reach. What names turned out to be is remembered: connections are by address."""

    def __init__(self, patterns: tuple[str, ...] = ()) -> None:
        self._patterns = tuple(map(parts, patterns))
        self._names: defaultdict[str, set[str]] = defaultdict(set)

    def allows(self, host: str, port: int | None) -> bool:
        """Whether a pattern names the host, or a name that it was found by; any port where none is asked for."""
        names = {_plain(host), *self._names.get(_plain(host), ())}
        return any(
            fnmatchcase(name, pattern) and (port is None or allowed in ("", "*", str(port)))
            for pattern, allowed in self._patterns
            for name in names
        )

    def learn(self) -> None:
        """From now on notice what names are resolved to, for as long as this process lives."""
        if self._patterns:
            socket.getaddrinfo = self._noticed(socket.getaddrinfo, lambda found: (entry[4][0] for entry in found))
            socket.gethostbyname = self._noticed(socket.gethostbyname, lambda found: (found,))
            socket.gethostbyname_ex = self._noticed(socket.gethostbyname_ex, lambda found: found[2])

    def _noticed(self, resolve: Callable[..., Any], addresses: Callable[[Any], Any]) -> Callable[..., Any]:
        @functools.wraps(resolve)
        def resolved(host: Any, *more: Any, **named: Any) -> Any:
            found = resolve(host, *more, **named)
            for address in addresses(found):
                self._names[_plain(address)].add(_plain(host))
            return found

        return resolved


def _plain(host: Any) -> str:
    """A name or an address as it is compared: in small letters, without a zone and the dot of the root."""
    text = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
    text = text.partition("%")[0].rstrip(".").lower()
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
