"""A Hamilton module, imported and built alone inside a child process, as facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.graph_faults import graph_facts
from windtunnel.collectors.hamilton_configs import Configuration, conditions, configurations, unbuildable_value
from windtunnel.collectors.hamilton_functions import NodeFunction, import_dataflow, node_functions, type_text
from windtunnel.collectors.hamilton_graphs import Graphs
from windtunnel.facts import DataflowFacts, End, FailureFacts, MentionFacts, NodeFacts, ProcessFacts

_COMPLETED = ProcessFacts(End.COMPLETED)


@dataclass(frozen=True, slots=True)
class BuiltDataflow:
    """A module whose graph builds: its functions, and the nodes of all configurations, each with its own."""

    graphs: Graphs
    tried: tuple[Configuration, ...]
    functions: tuple[NodeFunction, ...]
    nodes: tuple[tuple[NodeFunction, Any], ...]


def collect_dataflow(module: str, path: str, root: str) -> DataflowFacts:
    """The facts of one module whose `path` counts from `root`; the caller fills in the process."""
    built = build_dataflow(module, path, Path(root))
    if isinstance(built, FailureFacts):
        return DataflowFacts(module, path, _COMPLETED, failure=built)
    always = _always_there(built)
    facts = dict.fromkeys(_node_facts(function, node, always) for function, node in built.nodes)
    graph = graph_facts(built.graphs, built.functions, built.tried, Path(root) / path)
    mentions = dict.fromkeys(mention for function in built.functions for mention in _mentions(function))
    return DataflowFacts(module, path, _COMPLETED, nodes=tuple(facts), graph=graph, mentions=tuple(mentions))


def build_dataflow(module: str, path: str, root: Path) -> BuiltDataflow | FailureFacts:
    """The module with its graph, or why there is none."""
    try:
        imported = import_dataflow(module, path, root)
    except (Exception, SystemExit) as error:
        return failure_facts(error, root)
    functions = node_functions(imported, root)
    graphs = Graphs(imported, functions, root)
    tried = configurations(functions)
    bad = unbuildable_value(functions, graphs.builds, tried)
    if bad is not None:
        return graphs.failure(bad)
    return BuiltDataflow(graphs, tried, functions, tuple(found for config in tried for found in graphs.nodes(config)))


def _always_there(built: BuiltDataflow) -> frozenset[str]:
    """The nodes that every configuration has of those that build."""
    graphs = [frozenset(node.name for _, node in built.graphs.nodes(config)) for config in built.tried]
    return frozenset.intersection(*filter(None, graphs)) if any(graphs) else frozenset()


def _node_facts(function: NodeFunction, node: Any, always: frozenset[str]) -> NodeFacts:
    parameters = tuple(str(name) for name in node.input_types)
    kind = type_text(node.type)
    return NodeFacts(node.name, function.name, function.location, kind, parameters, always=node.name in always)


def _mentions(function: NodeFunction) -> Iterator[MentionFacts]:
    for condition in conditions(function):
        for value in condition.values if condition.wanted else ():
            yield MentionFacts(condition.key, repr(value), function.location)
