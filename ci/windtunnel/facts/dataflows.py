"""Hamilton modules."""

from __future__ import annotations

from dataclasses import dataclass, field

from windtunnel.facts.files import EffectFacts
from windtunnel.facts.graphs import CycleFacts, GraphFacts, Wired
from windtunnel.facts.parses import LineTimeFacts
from windtunnel.facts.processes import FailureFacts, ProcessFacts
from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One node of a module's graph that a function of that module makes; `always` if in every configuration."""

    name: str
    function: str
    location: Location
    type: str
    parameters: tuple[str, ...]
    always: bool = True


@dataclass(frozen=True, slots=True)
class MentionFacts:
    """A value, as code, of a key of the configuration that a decorator asks for (`@config.when`)."""

    key: str
    value: str
    location: Location


@dataclass(frozen=True, slots=True)
class DriverUseFacts:
    """A Hamilton driver that a line of the user's makes, or has compute something, while a module is imported."""

    location: Location
    executes: bool


@dataclass(frozen=True, slots=True)
class ModuleImportFacts:
    """What the import of a module did beside defining functions.

    `seconds` are those that the user's own lines took, without the libraries that they import; `lines` the slowest of
    them. `reads` are (path, location) of the files of data that were opened.
    """

    effects: tuple[EffectFacts, ...] = ()
    seconds: float = 0.0
    lines: tuple[LineTimeFacts, ...] = ()
    drivers: tuple[DriverUseFacts, ...] = ()
    reads: tuple[tuple[str, Location], ...] = ()


@dataclass(frozen=True, slots=True)
class DataflowFacts(Wired):
    """One Hamilton module, imported and built alone, in a process of its own."""

    module: str
    path: str
    process: ProcessFacts
    nodes: tuple[NodeFacts, ...] = ()
    failure: FailureFacts | None = None
    graph: GraphFacts = field(default_factory=GraphFacts)
    imported: ModuleImportFacts = field(default_factory=ModuleImportFacts)
    mentions: tuple[MentionFacts, ...] = ()

    @property
    def cycles(self) -> tuple[CycleFacts, ...]:
        """Those of the module alone."""
        return self.graph.cycles


@dataclass(frozen=True, slots=True)
class DrivenTogetherFacts(Wired):
    """Modules that one driver is given at `location`, as the text there says, in that order.

    The `cycles` are those between them.
    """

    location: Location
    modules: tuple[DataflowFacts, ...]
    cycles: tuple[CycleFacts, ...] = ()
