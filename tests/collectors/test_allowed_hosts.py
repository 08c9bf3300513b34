"""Which hosts a run may reach: patterns, ports, and the addresses that names turned out to be."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from windtunnel.collectors.allowed_hosts import AllowedHosts, fault_of
from windtunnel.collectors.effects import Effects, NetworkRefused, _judge_host


@pytest.mark.parametrize(
    ("pattern", "host", "port", "allowed"),
    [
        ("db.example.com", "db.example.com", 5432, True),
        ("db.example.com", "DB.example.com.", None, True),
        ("db.example.com", "other.example.com", 5432, False),
        ("db.example.com:5432", "db.example.com", 5432, True),
        ("db.example.com:5432", "db.example.com", 80, False),
        ("db.example.com:5432", "db.example.com", None, True),
        ("*.example.com", "a.b.example.com", 443, True),
        ("*.example.com", "example.com", 443, False),
        ("*.example.com", "example.com.evil.org", 443, False),
        ("10.0.0.7", "10.0.0.7", 22, True),
        ("[2001:db8::1]:443", "2001:0db8:0::1", 443, True),
        ("[2001:db8::1]:443", "2001:db8::1", 80, False),
        ("2001:db8::1", "2001:db8::1", 80, True),
    ],
)
def test_a_host_is_allowed_by_its_name_and_port(pattern, host, port, allowed):
    assert fault_of(pattern) == ""
    assert AllowedHosts((pattern,)).allows(host, port) is allowed


@pytest.mark.parametrize("pattern", ["", "http://a", "a:b", "a:0", "a:70000", "a b", "me@a"])
def test_what_is_no_host_is_no_pattern(pattern):
    assert fault_of(pattern)


def test_the_addresses_of_an_allowed_name_are_allowed_on_its_port_alone(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
    monkeypatch.setattr(socket, "gethostbyname", lambda _: "192.0.2.8")
    monkeypatch.setattr(socket, "gethostbyname_ex", lambda _: ("", [], ["192.0.2.9"]))
    hosts = AllowedHosts(("api.example.com:443",))
    assert not hosts.allows("192.0.2.7", 443)
    hosts.learn()
    socket.getaddrinfo("api.example.com", 443)
    socket.gethostbyname("api.example.com")
    socket.gethostbyname_ex("other.example.com")
    assert [hosts.allows(f"192.0.2.{n}", 443) for n in (7, 8, 9)] == [True, True, False]
    assert not hosts.allows("192.0.2.7", 80)


def test_a_refusal_remembers_the_users_line_that_first_asked():
    effects = Effects(root=Path(__file__).parent)
    for _ in range(2):
        with pytest.raises(NetworkRefused, match=r"api\.example\.com:443"):
            _judge_host(effects, "api.example.com", 443)
    file, line = effects.culprits["api.example.com:443"]
    assert file == __file__
    assert "_judge_host(" in Path(file).read_text().splitlines()[line - 1]


def test_this_machine_needs_no_leave():
    effects = Effects()
    for host in ("localhost", "127.0.0.9", "::1", socket.gethostname(), b"localhost"):
        _judge_host(effects, host, 80)
    assert effects.refused == []
