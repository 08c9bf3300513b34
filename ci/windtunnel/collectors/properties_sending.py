"""What a function was about to send when it was kept from the network: mail, or a request that changes something."""

from __future__ import annotations

from traceback import walk_tb
from types import FrameType

from windtunnel.collectors.effects import NetworkRefused
from windtunnel.collectors.failures import chain

_CHANGING = ("PUT", "PATCH", "DELETE")  # a POST may ask as well as tell
_CLIENTS = ("http.client", "urllib3.", "httpx.", "httpcore.")


def about_to_send(error: BaseException) -> str:
    """What a call that raised this was about to send; "" where nothing is known that changes things elsewhere."""
    causes = list(chain(error))
    if not any(isinstance(cause, NetworkRefused) for cause in causes):
        return ""
    frames = (frame for cause in causes for frame, _ in walk_tb(cause.__traceback__))
    return next(filter(None, map(_sent_in, frames)), "")


def _sent_in(frame: FrameType) -> str:
    home = str(frame.f_globals.get("__name__"))
    if home == "smtplib":
        return "mail"
    if not f"{home}.".startswith(_CLIENTS):
        return ""
    known = frame.f_locals
    method = known.get("method") or getattr(known.get("request"), "method", "")
    said = (method.decode() if isinstance(method, bytes) else str(method)).upper()
    return f"a {said} request" if said in _CHANGING else ""
