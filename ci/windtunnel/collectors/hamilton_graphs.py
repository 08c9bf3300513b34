"""The graphs that Hamilton makes of one module, each configuration built once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.hamilton_configs import Configuration, decides, mentioned, unknown_configuration
from windtunnel.collectors.hamilton_functions import NodeFunction, names_kept
from windtunnel.facts import FailureFacts
from windtunnel.findings import Location

# Without it Hamilton refuses @resolve; it changes nothing else.
_POWER_USER = "hamilton.enable_power_user_mode"


@dataclass(frozen=True, slots=True)
class Ask:
    """A parameter of a node that nothing in the graph gives: `node` asks for `name`, and `maker` has written that."""

    name: str
    node: str
    maker: NodeFunction | None
    type: Any
    is_required: bool


@dataclass(frozen=True, slots=True)
class Wiring:
    """One graph: its nodes with what each needs of the others, and what they ask for that is not there."""

    types: Mapping[str, Any]
    needs: Mapping[str, tuple[str, ...]]
    makers: Mapping[str, NodeFunction]
    asks: tuple[Ask, ...]


class Graphs:
    """The graphs of one module, each configuration built once.

    `is_whole` unless there are functions whose decorators need values that nobody has written down: they are left out.
    """

    def __init__(self, module: ModuleType, functions: tuple[NodeFunction, ...], root: Path) -> None:
        known = mentioned(functions)
        self.module = module
        self.root = root
        self.functions = tuple(one for one in functions if not unknown_configuration(one, known))
        self.is_whole = len(self.functions) == len(functions)
        self._built: list[tuple[Configuration, dict[str, Any] | FailureFacts]] = []

    def builds(self, config: Configuration) -> bool:
        return not isinstance(self._graph(config), FailureFacts)

    def failure(self, config: Configuration) -> FailureFacts:
        """Why a configuration does not build; its message names the configuration."""
        failure = self.plain_failure(config)
        return replace(failure, message=f"{failure.message} (configuration {config})") if config else failure

    def plain_failure(self, config: Configuration) -> FailureFacts:
        """The same in Hamilton's own words."""
        failure = self._graph(config)
        assert isinstance(failure, FailureFacts)
        return failure

    def nodes(self, config: Configuration) -> Iterator[tuple[NodeFunction, Any]]:
        """Each node that a function of this module makes; none where this configuration does not build."""
        graph = self._graph(config)
        by_id = {id(one.function): one for one in self.functions}
        for node in () if isinstance(graph, FailureFacts) else graph.values():
            maker = by_id.get(id((node.originating_functions or (None,))[-1]))
            if maker is not None and not node.user_defined:
                yield maker, node

    def wiring(self, config: Configuration) -> Wiring | None:
        """How this configuration is wired; None where it does not build."""
        graph = self._graph(config)
        if isinstance(graph, FailureFacts):
            return None
        makers = {node.name: maker for maker, node in self.nodes(config)}
        there = {name: node for name, node in graph.items() if not (node.user_defined or _stands_in(node))}
        asks = (
            Ask(name, node.name, makers.get(node.name), kind, is_required=dependence.name == "REQUIRED")
            for node in there.values()
            for name, (kind, dependence) in node.input_types.items()
            if name not in there and name not in config
        )
        return Wiring(
            types={name: node.type for name, node in there.items()},
            needs={name: tuple(other for other in node.input_types if other in there) for name, node in there.items()},
            makers=makers,
            asks=tuple(asks),
        )

    def made_twice(self, config: Configuration) -> Iterator[tuple[str, NodeFunction, NodeFunction]]:
        """Each node that two functions make in one configuration: its name, and both."""
        makers: dict[str, NodeFunction] = {}
        for one in (one for one in self.functions if decides(one, config)):
            for name in dict.fromkeys(node.name for node in self._made(one, config)):
                other = makers.setdefault(name, one)
                if other is not one:
                    yield name, other, one

    def _made(self, function: NodeFunction, config: Configuration) -> list[Any]:
        try:
            return _nodes_of(function, {**config, _POWER_USER: True})
        except _Unmade:
            return []

    def _graph(self, config: Configuration) -> dict[str, Any] | FailureFacts:
        for known, graph in self._built:
            if known == config:
                return graph
        built = self._build(config)
        self._built.append((config, built))
        return built

    def _build(self, config: Configuration) -> dict[str, Any] | FailureFacts:
        try:
            return _hamilton_graph(self.module, self.functions, config)
        except _Unmade as unmade:
            failure = failure_facts(unmade.reason, self.root)
            return replace(failure, location=failure.location or unmade.function.location)
        except Exception as error:
            failure = failure_facts(error, self.root)
            return replace(failure, location=failure.location or self._blamed(failure.message))

    def _blamed(self, message: str) -> Location | None:
        """The function that Hamilton's message names first."""
        words = re.findall(r"\w+", message)
        named = [(words.index(one.name), one.location) for one in self.functions if one.name in words]
        return min(named)[1] if named else None


def _hamilton_graph(module: ModuleType, functions: tuple[NodeFunction, ...], config: Configuration) -> dict[str, Any]:
    """Hamilton's nodes by name, of these functions alone, built as the Driver builds them.

    What the module asks of other modules or of the inputs is stood in for by nodes of type Any: two
    functions that ask for the same input by different types are wrong only if it really is an input, and
    that cannot be seen here.
    """
    from hamilton.graph import create_function_graph

    config = {**config, _POWER_USER: True}
    decided = [one for one in functions if decides(one, config)]
    made = [node for one in decided for node in _nodes_of(one, config)]
    asked = {name for node in made for name in node.input_types} - {node.name for node in made} - config.keys()
    members = {str(place): one.function for place, one in enumerate(decided)}
    copy = ModuleType(module.__name__)
    vars(copy).update(members, **{f"input {name}": _stand_in(name, module.__name__) for name in asked})
    with names_kept(decided):
        graph: dict[str, Any] = create_function_graph(copy, config=config)
    return graph


class _Unmade(Exception):
    """Hamilton can make no node of this function, for this reason."""

    def __init__(self, function: NodeFunction, reason: Exception) -> None:
        super().__init__(function, reason)
        self.function = function
        self.reason = reason


def _nodes_of(function: NodeFunction, config: Configuration) -> list[Any]:
    from hamilton.function_modifiers.base import resolve_nodes

    try:
        with names_kept([function]):
            return list(resolve_nodes(function.function, config))
    except Exception as error:
        raise _Unmade(function, error) from error


def _stand_in(name: str, module: str) -> Callable[[], Any]:
    def anything() -> Any:
        raise AssertionError("the graph is only built, and nothing in it is computed")

    anything.__name__ = name
    anything.__module__ = module
    anything.stands_in = True  # type: ignore[attr-defined]
    return anything


def _stands_in(node: Any) -> bool:
    return any(getattr(maker, "stands_in", False) for maker in node.originating_functions or ())
