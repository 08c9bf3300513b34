"""What failed code is said to have asked for: exceptions as real code raises them."""

from __future__ import annotations

import socket
import urllib.request
from dataclasses import dataclass

import pytest

from windtunnel.collectors.needs import need_of


@dataclass
class Connection:
    conn_id: str
    host: str | None
    port: int | None = None


Connection.__module__ = "airflow.sdk.definitions.connection"


def error_of(call):
    with pytest.raises(Exception) as caught:  # noqa: PT011  whatever it raises
        call()
    return caught.value


def nobody():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def test_a_server_of_this_machine_that_is_not_there_is_a_need():
    port = nobody()
    assert need_of(error_of(lambda: socket.create_connection(("127.0.0.1", port)))).startswith(
        "a server that is not there ("
    )
    assert need_of(error_of(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}"))).startswith("a server that is")


def test_what_fails_over_a_placeholder_is_the_want_of_a_connection():
    def load(supplier):
        return int(supplier.port)

    error = error_of(lambda: load(Connection("supplier", "supplier.invalid")))
    assert need_of(error) == "a connection (the conn_id `supplier` is a placeholder)"


@pytest.mark.parametrize("host", ["db.example.com", "", None])
def test_what_fails_over_a_real_connection_is_the_codes_own_fault(host):
    def load(supplier):
        return int(supplier.port)

    assert need_of(error_of(lambda: load(Connection("supplier", host)))) == ""
    assert need_of(ValueError("an invalid row")) == ""
