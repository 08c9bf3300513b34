"""How a report is to look, where its form leaves a choice."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.reporters.base import Base

SLOWEST = 5
"""How many of the slowest are named if nobody says."""


@dataclass(frozen=True, slots=True)
class Look:
    """`width` is in columns; `verbosity` -1 quiet, 0 normal, 1 verbose; `durations` how many of the slowest are named.

    `links` is the address below which the repository can be read, with a slash at its end; "" where there is none.
    `base` is what was known before a change, None where there is nothing to compare with.
    """

    color: bool = False
    width: int = 100
    verbosity: int = 0
    statistics: bool = False
    durations: int = SLOWEST
    links: str = ""
    base: Base | None = None
