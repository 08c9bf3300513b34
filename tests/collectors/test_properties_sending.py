"""What a function was about to send is known from where it stood when it was kept from the network."""

from __future__ import annotations

import http.client
import smtplib
import urllib.request

import pytest

from windtunnel.collectors.effects import NetworkRefused
from windtunnel.collectors.properties_sending import about_to_send


def told(monkeypatch, send):
    def refuse(*_, **__):
        raise NetworkRefused("windtunnel lets no run reach the network: example.org")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    with pytest.raises(Exception) as raised:  # noqa: PT011  each library has its own
        send()
    return about_to_send(raised.value)


def by_urllib(method):
    request = urllib.request.Request("http://example.org/", data=b"x", method=method)
    return lambda: urllib.request.urlopen(request)


@pytest.mark.parametrize(
    ("send", "expected"),
    [
        (lambda: smtplib.SMTP("example.org"), "mail"),
        (lambda: http.client.HTTPConnection("example.org").request("delete", "/x"), "a DELETE request"),
        (by_urllib("PUT"), "a PUT request"),
        (by_urllib("POST"), ""),
        (lambda: urllib.request.urlopen("http://example.org/"), ""),
    ],
)
def test_mail_and_requests_that_change_things_are_sent_and_what_only_asks_is_not(monkeypatch, send, expected):
    assert told(monkeypatch, send) == expected


@pytest.mark.parametrize("library", ["requests", "httpx"])
@pytest.mark.parametrize(("method", "expected"), [("patch", "a PATCH request"), ("get", "")])
def test_the_libraries_around_them_are_seen_through(monkeypatch, library, method, expected):
    module = pytest.importorskip(library)
    assert told(monkeypatch, lambda: getattr(module, method)("http://example.org/x")) == expected


def test_what_fails_for_another_reason_sends_nothing():
    assert about_to_send(ValueError("no")) == ""
