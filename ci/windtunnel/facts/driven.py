"""The graph that a Hamilton driver ran on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.findings import Location


class NodeKind(str, Enum):
    """What a node of a graph is."""

    FUNCTION = "function"
    INPUT = "input"
    SAVER = "saver"
    LOADER = "loader"


@dataclass(frozen=True, slots=True)
class GraphNodeFacts:
    """One node of a driver's graph: `needs` are the nodes that it takes values from.

    `location` is where its function stands, None for an input, and for what no text makes.
    """

    name: str
    kind: NodeKind
    type: str = ""
    needs: tuple[str, ...] = ()
    location: Location | None = None
