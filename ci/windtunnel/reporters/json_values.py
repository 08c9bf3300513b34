"""What a JSON document is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from windtunnel.facts import FailureFacts, ProcessFacts

Value: TypeAlias = "str | int | float | bool | Mapping[str, Value] | Sequence[Value] | None"
Object: TypeAlias = "dict[str, Value]"


def process_of(process: ProcessFacts) -> Object:
    """How a process ended, to be put among other keys."""
    return {
        "end": process.end.value,
        "detail": process.detail or None,
        "seconds": in_seconds(process.seconds),
    }


def failure_of(failure: FailureFacts | None) -> Object | None:
    """What was raised, and where."""
    if failure is None:
        return None
    return {
        "type": failure.type,
        "message": failure.message,
        "file": failure.location.path if failure.location else None,
        "line": failure.location.line if failure.location else None,
        "needs": failure.needs or None,
    }


def in_seconds(seconds: float) -> float | None:
    """To the millisecond, which is what a wall clock is good for; None for a time that was not measured."""
    return round(seconds, 3) if math.isfinite(seconds) else None
