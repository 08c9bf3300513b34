"""What of the dataflows the DAGs have come to in their runs, and what no DAG comes to."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class CoveredFacts:
    """The nodes of one module, or of the modules that one DAG drives (`name` is the DAG's id), and those executed.

    A node that exists in some configurations only counts once. `path` is that of the file.
    """

    name: str
    path: str
    nodes: tuple[str, ...]
    executed: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Those that were not executed."""
        return tuple(sorted(set(self.nodes) - set(self.executed)))


@dataclass(frozen=True, slots=True)
class IdleFacts:
    """A function of a module that DAGs drive, of whose nodes none is asked for or needed by anybody."""

    module: str
    function: str
    nodes: tuple[str, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class UnusedFacts:
    """A value (as code) of a key of the configuration that a decorator asks for, and that no DAG gives."""

    module: str
    key: str
    value: str
    location: Location


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """Node coverage by module and by DAG. It is `whole` where nothing of the repository was left out.

    `idle` and `unused` are known only of what is whole.
    """

    modules: tuple[CoveredFacts, ...] = ()
    dags: tuple[CoveredFacts, ...] = ()
    idle: tuple[IdleFacts, ...] = ()
    unused: tuple[UnusedFacts, ...] = ()
    whole: bool = False

    @property
    def nodes(self) -> int:
        """The nodes of all modules."""
        return sum(len(module.nodes) for module in self.modules)

    @property
    def executed(self) -> int:
        """Those of them that some DAG has executed."""
        return sum(len(module.executed) for module in self.modules)
