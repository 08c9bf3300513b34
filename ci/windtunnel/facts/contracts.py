"""What tasks ask of dataflows, and what becomes of what they give them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.findings import Location


class Gift(str, Enum):
    """As what a task hands a value to a driver."""

    INPUT = "input"
    OVERRIDE = "override"


class Fate(str, Enum):
    """What the dataflow does with a value that it is given by name.

    It has it TAKEN; or it knows the name, and nothing that was asked for needs it (UNNEEDED); or it knows no such name
    (UNKNOWN); or it computes a node of this name all the same, to another value (COMPUTED) or to the same (AGREED).
    """

    TAKEN = "taken"
    UNNEEDED = "not needed"
    UNKNOWN = "unknown"
    COMPUTED = "computed all the same"
    AGREED = "computed to the same"


@dataclass(frozen=True, slots=True)
class GivenFacts:
    """One value that a task gives to a driver.

    `nearest` is a name that it may have been meant for, and that nothing was given for, "" where there is none. It is
    given `along` where it came with all of the DAG's params, or with the whole context of the task.
    """

    name: str
    gift: Gift
    fate: Fate
    nearest: str = ""
    along: bool = False


@dataclass(frozen=True, slots=True)
class SlowNodeFacts:
    """A node that took long: `content` stands for what it returned, the same for the same; "" where that is unknown."""

    module: str
    node: str
    seconds: float
    location: Location
    content: str = ""
