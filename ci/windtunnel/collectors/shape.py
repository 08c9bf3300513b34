"""The shape of a DAG: its longest path, its width, its peak, and the edges that say nothing new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from windtunnel import graphs
from windtunnel.facts import Shape


def shape_of(
    tasks: Iterable[str], edges: Iterable[tuple[str, str]], instances: Mapping[str, int] | None = None
) -> Shape:
    """The shape of the graph of `tasks` and `edges` (upstream, downstream), which must have no cycle.

    `instances` tells of how many instances a mapped task is at most; any other task is one.
    """
    return _shape_of(tuple(tasks), tuple(edges), tuple((instances or {}).items()))


@lru_cache(maxsize=64)  # DAGs that are made after one pattern have one shape
def _shape_of(
    tasks: tuple[str, ...], edges: tuple[tuple[str, str], ...], instances: tuple[tuple[str, int], ...]
) -> Shape:
    graph = graphs.graph_of(tasks, edges)
    return Shape(
        tasks=graph.number_of_nodes(),
        edges=graph.number_of_edges(),
        longest_path=graphs.longest_path(graph),
        antichain=graphs.largest_antichain(graph),
        redundant_edges=graphs.redundant_edges(graph),
        peak=graphs.peak(graph, dict(instances)),
    )
