"""Dataflows of real runs played again by other engines of Hamilton's than a loop over the nodes."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.facts.processes import ProcessFacts
from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class DivergenceFacts:
    """The first node with which it begins that an engine gives something else; `outcome` is a predicate.

    `reason` is a further sentence about it, "" where nothing more is known.
    """

    node: str
    location: Location
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """One dataflow that a task drove, played again node after node, and by an `engine`.

    `is_used` where the task's own driver runs it so; else the settings ask for it. `location` is that of the task.
    `nodes` are those whose values were compared, and `not_compared` says why there are none.
    """

    dag_id: str
    task_id: str
    path: str
    location: Location
    process: ProcessFacts
    engine: str
    is_used: bool = False
    nodes: int = 0
    different: tuple[DivergenceFacts, ...] = ()
    not_compared: str = ""
