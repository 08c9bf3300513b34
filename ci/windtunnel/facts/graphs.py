"""The graph of one Hamilton module: what it has that Hamilton does not complain of, or only when it is too late."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class CombinationFacts:
    """Two values of the configuration that each work, and never together: `config` is the pair, as people write it.

    `makers` are the functions that make one `node` both at once, with their places; where there are none, `reason` is
    what Hamilton says. `others` counts the further pairs that fail in the same way.
    """

    config: str
    location: Location
    reason: str
    node: str = ""
    makers: tuple[tuple[str, Location], ...] = ()
    others: int = 0


@dataclass(frozen=True, slots=True)
class GapFacts:
    """Nodes without a variant for one mentioned value: there they are inputs, which nobody is seen to give.

    `location` is that of the first variant. `asked_by` are the nodes that ask for them there; `silent` where all of
    these have a default.
    """

    nodes: tuple[str, ...]
    config: str
    location: Location
    asked_by: tuple[str, ...]
    silent: bool


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """Nodes of which each needs the next, and the last the first.

    `config` is where that is so, "" for everywhere. `driver` is the place of the driver that joins the modules which
    they come from, "" where that is one module.
    """

    nodes: tuple[str, ...]
    location: Location
    config: str = ""
    driver: str = ""


class Wired(ABC):
    """The facts of one graph, or of several that a driver joins."""

    __slots__ = ()

    @property
    @abstractmethod
    def cycles(self) -> tuple[CycleFacts, ...]:
        """The nodes in it that need each other."""


@dataclass(frozen=True, slots=True)
class RedefinedFacts:
    """A function at `location` that a later statement, on `line`, takes the name from before anybody has used it."""

    name: str
    location: Location
    line: int
    is_variant: bool


@dataclass(frozen=True, slots=True)
class NearNameFacts:
    """A parameter that nothing is seen to give, and that is one letter away from a node that would fit."""

    parameter: str
    node: str
    function: str
    location: Location
    default: str


@dataclass(frozen=True, slots=True)
class UndeliveredFacts:
    """What a decorator takes out of a result that, as the text shows, never holds it. `kind` is column or field."""

    function: str
    kind: str
    missing: tuple[str, ...]
    delivered: tuple[str, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class TwinFacts:
    """Nodes that one function makes of the same inputs: `bindings` is what they all are given."""

    function: str
    nodes: tuple[str, ...]
    bindings: str
    location: Location


@dataclass(frozen=True, slots=True)
class HiddenFacts:
    """A function that is there only while the configuration has a key of its node's name, which then is the node."""

    function: str
    node: str
    location: Location


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """All of these, of one module."""

    combinations: tuple[CombinationFacts, ...] = ()
    gaps: tuple[GapFacts, ...] = ()
    cycles: tuple[CycleFacts, ...] = ()
    redefined: tuple[RedefinedFacts, ...] = ()
    near_names: tuple[NearNameFacts, ...] = ()
    undelivered: tuple[UndeliveredFacts, ...] = ()
    twins: tuple[TwinFacts, ...] = ()
    hidden: tuple[HiddenFacts, ...] = ()
