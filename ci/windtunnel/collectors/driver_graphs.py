"""The graph that a driver ran on as facts, and how long its nodes took."""

from __future__ import annotations

import inspect
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.executions import LOADER_TAG, SAVER_TAG, Execution
from windtunnel.collectors.failures import relative
from windtunnel.collectors.hamilton_functions import type_text
from windtunnel.facts import DriverFacts, GraphNodeFacts, NodeKind
from windtunnel.findings import Location


def with_graph(facts: DriverFacts, execution: Execution, root: Path) -> DriverFacts:
    """The facts of the execution, with every node of its graph, executed or not, and what became of each."""
    return replace(
        facts,
        graph=tuple(_node(node, root) for _, node in sorted(execution.graph.nodes.items())),
        broken=tuple(dict.fromkeys(broken.node.name for broken in execution.broken)),
        took=tuple(sorted(execution.took.items())),
    )


def node_ends(execution: Execution, node: Any) -> None:
    """A node has ended, well or not; one that ran several times counts as long as all of them."""
    begun = execution.begun.get((node.name, threading.get_ident()), None)
    if begun is not None:
        execution.took[node.name] = execution.took.get(node.name, 0.0) + time.monotonic() - begun


def _node(node: Any, root: Path) -> GraphNodeFacts:
    needs = tuple(dict.fromkeys(other.name for other in node.dependencies))
    return GraphNodeFacts(node.name, _kind(node), type_text(node.type), needs, _location(node, root))


def _kind(node: Any) -> NodeKind:
    if node.user_defined:
        return NodeKind.INPUT
    if SAVER_TAG in node.tags:
        return NodeKind.SAVER
    return NodeKind.LOADER if LOADER_TAG in node.tags else NodeKind.FUNCTION


def _location(node: Any, root: Path) -> Location | None:
    makers = () if node.user_defined else node.originating_functions or ()
    for function in makers:
        code = getattr(inspect.unwrap(function), "__code__", None)
        if code is not None:
            return Location(relative(code.co_filename, root), code.co_firstlineno)
    return None
