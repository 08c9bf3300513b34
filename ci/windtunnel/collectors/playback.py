"""Recorded responses of HTTP servers, played by vcrpy in the process of a task; nothing is ever recorded here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any


def make_ready(file: str) -> None:
    """Import the player where it will be needed, once for all processes that are forked from this one."""
    if file:
        import vcr  # noqa: F401


def play_back(file: str, lets: Callable[[str, int | None], bool]) -> None:
    """From now on answer the HTTP requests of this process from a recording; nothing is done where `file` is "".

    What was recorded of a host is all that the host ever says. A host of which nothing was recorded is reached itself
    if this process `lets` it be. Each recorded response is heard again where the request is repeated more often.
    """
    if not file:
        return
    from vcr import VCR

    logging.getLogger("vcr").setLevel(logging.WARNING)  # it tells of each request, in the log of the task
    known: set[tuple[str, int]] | None = None  # until all is loaded, which is asked for in the same way

    def heard(request: Any) -> Any:
        is_recorded = known is None or (request.host, request.port) in known
        return request if is_recorded or not lets(request.host, request.port) else None

    form = "json" if file.endswith(".json") else "yaml"
    player = VCR(record_mode="none", before_record_request=heard, serializer=form)
    cassette = player.use_cassette(file, allow_playback_repeats=True).__enter__()
    known = {(request.host, request.port) for request in cassette.requests}


def unrecorded(error: BaseException) -> str:
    """The need of a request that its recording has no response for; "" for any other exception."""
    request = getattr(error, "failed_request", None)
    if type(error).__name__ != "CannotOverwriteExistingCassetteException" or request is None:
        return ""
    return f"a recorded response (to {request.method} {request.uri.partition('?')[0]})"
