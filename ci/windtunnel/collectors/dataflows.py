"""A Hamilton module, imported and built alone inside a child process, as facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.hamilton_configs import (
    Configuration,
    configurations,
    decides,
    mentioned,
    unbuildable_value,
    unknown_configuration,
)
from windtunnel.collectors.hamilton_functions import (
    NodeFunction,
    import_dataflow,
    names_kept,
    node_functions,
    type_text,
)
from windtunnel.facts import DataflowFacts, End, FailureFacts, NodeFacts, ProcessFacts
from windtunnel.findings import Location

_COMPLETED = ProcessFacts(End.COMPLETED)
# Without it Hamilton refuses @resolve; it changes nothing else.
_POWER_USER = "hamilton.enable_power_user_mode"


@dataclass(frozen=True, slots=True)
class BuiltDataflow:
    """A module whose graph builds: its functions, and the nodes of all configurations, each with its own."""

    functions: tuple[NodeFunction, ...]
    nodes: tuple[tuple[NodeFunction, Any], ...]


def collect_dataflow(module: str, path: str, root: str) -> DataflowFacts:
    """The facts of one module whose `path` counts from `root`; the caller fills in the process."""
    built = build_dataflow(module, path, Path(root))
    if isinstance(built, FailureFacts):
        return DataflowFacts(module, path, _COMPLETED, failure=built)
    facts = dict.fromkeys(_node_facts(function, node) for function, node in built.nodes)
    return DataflowFacts(module, path, _COMPLETED, nodes=tuple(facts))


def build_dataflow(module: str, path: str, root: Path) -> BuiltDataflow | FailureFacts:
    """The module with its graph, or why there is none."""
    try:
        imported = import_dataflow(module, path, root)
    except (Exception, SystemExit) as error:
        return failure_facts(error, root)
    functions = node_functions(imported, root)
    graphs = _Graphs(imported, functions, root)
    tried = configurations(functions)
    bad = unbuildable_value(functions, graphs.builds, tried)
    if bad is not None:
        return graphs.failure(bad)
    return BuiltDataflow(functions, tuple(found for config in tried for found in graphs.nodes(config)))


class _Graphs:
    """The graphs of one module, each configuration built once."""

    def __init__(self, module: ModuleType, functions: tuple[NodeFunction, ...], root: Path) -> None:
        known = mentioned(functions)
        self.module = module
        self.root = root
        self.functions = tuple(one for one in functions if not unknown_configuration(one, known))
        self._built: list[tuple[Configuration, dict[str, Any] | FailureFacts]] = []

    def builds(self, config: Configuration) -> bool:
        return not isinstance(self._graph(config), FailureFacts)

    def failure(self, config: Configuration) -> FailureFacts:
        failure = self._graph(config)
        assert isinstance(failure, FailureFacts)
        return replace(failure, message=f"{failure.message} (configuration {config})") if config else failure

    def nodes(self, config: Configuration) -> Iterator[tuple[NodeFunction, Any]]:
        """Each node that a function of this module makes; none where this configuration does not build."""
        graph = self._graph(config)
        by_id = {id(one.function): one for one in self.functions}
        for node in () if isinstance(graph, FailureFacts) else graph.values():
            maker = by_id.get(id((node.originating_functions or (None,))[-1]))
            if maker is not None and not node.user_defined:
                yield maker, node

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
    return anything


def _node_facts(function: NodeFunction, node: Any) -> NodeFacts:
    parameters = tuple(str(name) for name in node.input_types)
    return NodeFacts(node.name, function.name, function.location, type_text(node.type), parameters)
