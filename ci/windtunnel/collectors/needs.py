"""What code that failed asked of the outside, and windtunnel cannot give: the network, a connection, a variable."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Sequence
from traceback import walk_tb

from windtunnel.collectors.effects import NetworkRefused
from windtunnel.collectors.failures import chain
from windtunnel.collectors.playback import unrecorded
from windtunnel.facts import TO_CHANGE_FILES

_READS_ENVIRONMENT = re.compile(r'File "(?:<frozen os>|[^"\n]*[/\\]os\.py)", line \d+, in __getitem__')
_LONGEST_REASON = 200
_MISSING_IN_ENVIRONMENT = re.compile(_READS_ENVIRONMENT.pattern + r"(?:\n .*)*\nKeyError: (?P<name>.*)")


def need_of(error: BaseException) -> str:
    """What the exception, or one that led to it, asked for; "" where nothing of the kind was the cause."""
    from windtunnel.airflow_compat.outside_needs import outside_need

    is_airflow_there = "airflow" in sys.modules  # else nobody can have raised what it raises
    for cause in chain(error):
        if isinstance(cause, NetworkRefused):
            return f"the network ({cause})"
        if need := (is_airflow_there and outside_need(cause)) or _missing_in_environment(cause) or unrecorded(cause):
            return need
    return next(filter(None, (_placeholder(cause) or _nobody_listens(cause) for cause in chain(error))), "")


def need_in_text(text: str, refused: Sequence[str]) -> str:
    """The same of a traceback that somebody has printed; `refused` are the hosts that its process asked for."""
    from windtunnel.airflow_compat.outside_needs import outside_need_in_text

    if refused:
        return need_of_network(refused)
    missing = _MISSING_IN_ENVIRONMENT.search(text)
    return f"an environment variable ({missing['name']})" if missing else outside_need_in_text(text)


def need_of_network(refused: Sequence[str]) -> str:
    """The need of code that was refused the network, caught that, and failed later for want of an answer."""
    return f"the network (windtunnel lets no run reach the network: {refused[0]})"


def need_of_write(refused: Sequence[str]) -> str:
    """The need of code that was refused to change files, whether it failed at once or later; "" where none was."""
    return f"{TO_CHANGE_FILES} ({refused[-1]})" if refused else ""


def _placeholder(error: BaseException) -> str:
    """What was asked of a connection of which only a placeholder is given: its host ends in .invalid (RFC 2606)."""
    known = [value for frame, _ in walk_tb(error.__traceback__) for value in frame.f_locals.values()]
    hosts = [(str(getattr(one, "conn_id", "")), getattr(one, "host", "")) for one in known if _is_connection(one)]
    held = next((conn_id for conn_id, host in hosts if isinstance(host, str) and host.endswith(".invalid")), "")
    return f"a connection (the conn_id `{held}` is a placeholder)" if held else ""


def _is_connection(value: object) -> bool:
    return type(value).__name__ == "Connection" and type(value).__module__.startswith("airflow.")


def _nobody_listens(error: BaseException) -> str:
    """On this machine: no run reaches another one."""
    reason = " ".join(str(error).split())[:_LONGEST_REASON]
    return f"a server that is not there ({reason})" if "connection refused" in reason.lower() else ""


def _missing_in_environment(error: BaseException) -> str:
    innermost = "".join(traceback.format_tb(error.__traceback__)[-1:])
    missing = isinstance(error, KeyError) and _READS_ENVIRONMENT.search(innermost)
    return f"an environment variable ({error})" if missing else ""
