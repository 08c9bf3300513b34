"""One table of fixtures turned into what it means; what means nothing is refused by its key, never by its value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windtunnel.airflow_compat.environment import CONNECTION, VARIABLE, is_own
from windtunnel.collectors.allowed_hosts import fault_of
from windtunnel.errors import UsageError, unknown
from windtunnel.settings import options

_CONNECTION_FIELDS = ("conn_type", "host", "port", "schema", "login", "password", "extra", "description")
_OURS = ("TMPDIR", "WINDTUNNEL_")


@dataclass(frozen=True, slots=True)
class Layer:
    """What one table gives to the DAGs that match the glob `dag`, or to all where that is "".

    `where` is the file, as messages name it. What is `said` for this one call wins over the user's own environment.
    """

    dag: str = ""
    where: str = ""
    said: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    conf: Mapping[str, Any] = field(default_factory=dict)
    network: tuple[str, ...] = ()
    recording: str = ""
    date: str = ""
    pools: Mapping[str, int] = field(default_factory=dict)


def layer_of(table: object, file: str, folder: Path, dag: str = "", beside: tuple[str, ...] = ()) -> Layer:
    """The layer that a table of a file means. Files that it names lie below `folder`; `beside` are other keys."""
    where = f"{file}: dags.{dag}" if dag else file
    entries = _named(table, where)
    known = (*_READ, *beside)
    for key in entries:
        if key not in known:
            raise unknown(where, "key", key, known, f"known are {', '.join(known)}")
    if dag and "pools" in entries:
        raise UsageError(f"{where}.pools: pools belong to the deployment, not to one DAG; give them for all")
    if "conf" in entries and "params" in entries:
        raise UsageError(f"{where}: params and conf are the same; give one")
    read = {key: _READ[key](value, f"{where}{'.' if dag else ': '}{key}") for key, value in entries.items()}
    return Layer(
        dag=dag,
        where=file,
        environment={**read.get("environment", {}), **read.get("variables", {}), **read.get("connections", {})},
        conf=read.get("params") or read.get("conf") or {},
        network=read.get("network", ()),
        recording=str(folder / read["recording"]) if "recording" in read else "",
        date=read.get("date", ""),
        pools=read.get("pools", {}),
    )


def connection_variable(name: str, value: object, where: str) -> tuple[str, str]:
    """The environment variable that gives Airflow a connection: `value` is a URI, JSON text, or its fields."""
    if isinstance(value, str) and value.strip():
        return f"{CONNECTION}{name.upper()}", value
    if not isinstance(value, dict) or not value:
        raise UsageError(f"{where}: expected a URI, or a table of {', '.join(_CONNECTION_FIELDS)}")
    for key in value:
        if key not in _CONNECTION_FIELDS:
            raise unknown(where, "field", str(key), _CONNECTION_FIELDS, "what is the provider's own goes into extra")
    if not value.get("conn_type"):
        raise UsageError(f"{where}: conn_type is missing, as postgres or http")
    return f"{CONNECTION}{name.upper()}", _json(value, where)


def variable_variable(name: str, value: object, where: str) -> tuple[str, str]:
    """The environment variable that gives Airflow a variable; what is no text is written as JSON."""
    return f"{VARIABLE}{name.upper()}", value if isinstance(value, str) else _json(value, where)


def _connections(value: object, where: str) -> dict[str, str]:
    return dict(connection_variable(name, each, f"{where}.{name}") for name, each in _named(value, where).items())


def _variables(value: object, where: str) -> dict[str, str]:
    return dict(variable_variable(name, each, f"{where}.{name}") for name, each in _named(value, where).items())


def _environment(value: object, where: str) -> dict[str, str]:
    return {name: _text(each, name, f"{where}.{name}") for name, each in _named(value, where).items()}


def _text(value: object, name: str, where: str) -> str:
    if is_own(name) or name.startswith(_OURS):
        raise UsageError(f"{where}: windtunnel sets that itself; leave it out")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UsageError(f"{where}: expected text; put it into quotes")
    if not name or "=" in name or "\0" in f"{name}{value}":
        raise UsageError(f"{where}: no environment variable can be like this")
    return str(value)


def _params(value: object, where: str) -> dict[str, Any]:
    params = _named(value, where)
    _json(params, where)
    return params


def _network(value: object, where: str) -> tuple[str, ...]:
    hosts = [value] if isinstance(value, str) else value
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise UsageError(f"{where}: expected a list of hosts, as localhost:5432 or *.example.com")
    for host in hosts:
        if fault := fault_of(host):
            raise UsageError(f"{where}: {host!r}: {fault}")
    return tuple(host.strip().lower() for host in hosts)


def _pools(value: object, where: str) -> dict[str, int]:
    slots = dict.fromkeys(value, 128) if isinstance(value, list) else value
    pools = _named(slots, where)
    for name, number in pools.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise UsageError(f"{where}.{name}: expected a number of slots from 1, not {number!r}")
    return pools


def _recording(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{where}: expected the path of a recording, from the folder of this file")
    return value


def _date(value: object, where: str) -> str:
    (date,) = (option for option in options() if option.name == "date")
    return str(date.read(value, where))


_READ: Mapping[str, Any] = {
    "connections": _connections,
    "variables": _variables,
    "environment": _environment,
    "params": _params,
    "conf": _params,
    "network": _network,
    "pools": _pools,
    "recording": _recording,
    "date": _date,
}
"""What may stand in a table, and what reads it."""


def _named(value: object, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(name, str) and name for name in value):
        raise UsageError(f"{where}: expected a table of names (text) and what they are given")
    return value


def _json(value: object, where: str) -> str:
    try:
        return json.dumps(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{where}: cannot be written as JSON; put it into quotes") from error
