"""The way out of each kind of need that a run on its own cannot meet."""

from __future__ import annotations

_BY_FILE = "or give it in a file: windtunnel inventory --stub writes one for --env-file"
ALLOW = (
    "let the DAG reach the host by `network` in windtunnel.d, or stand in for it on loopback or by recorded responses"
)
_WAYS = {
    "the network": "do it inside a task, and give the task something on this machine to talk to",
    "an environment variable": f"set it, {_BY_FILE}",
    "a connection": f"set AIRFLOW_CONN_<ID>, {_BY_FILE}",
    "a server": "start it before, or stand in for it by recorded responses",
    "a variable": f"set AIRFLOW_VAR_<NAME>, {_BY_FILE}",
    "a recorded response": "add it to the DAG's recording in windtunnel.d/recordings",
    "a value for a param": "give it by --conf",
}


def way_out(need: str) -> str:
    """What can be done about a need, told by its first words; "" where the check itself knows as much."""
    return next((way for start, way in _WAYS.items() if need.startswith(start)), "")
