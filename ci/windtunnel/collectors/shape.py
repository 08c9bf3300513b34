"""The graph theory of a DAG: its longest path, its width, and the edges that say nothing new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from windtunnel.facts import Merge, Shape

_MOST_TO_ADVISE_ON = 100  # tasks; beyond, the advice would take seconds and help nobody


def shape_of(tasks: Iterable[str], edges: Iterable[tuple[str, str]]) -> Shape:
    """The shape of the graph of `tasks` and `edges` (upstream, downstream), which must have no cycle."""
    import networkx as nx

    graph: Any = nx.DiGraph()
    graph.add_nodes_from(sorted(tasks))
    graph.add_edges_from(sorted(edges))
    reduced = nx.transitive_reduction(graph)
    return Shape(
        tasks=graph.number_of_nodes(),
        edges=graph.number_of_edges(),
        longest_path=tuple(nx.dag_longest_path(graph, default_weight=1)),
        antichain=_largest_antichain(graph),
        redundant_edges=tuple(sorted(edge for edge in graph.edges if not reduced.has_edge(*edge))),
        merges=tuple(_merges(reduced)) if len(graph) <= _MOST_TO_ADVISE_ON else (),
    )


def _merges(graph: Any) -> Iterator[Merge]:
    """Merge a largest antichain, and again, until a chain is left.

    None of an antichain reaches another, so the merged graph has no cycle. A merged task is named after all in it.
    """
    import networkx as nx

    members = {node: (node,) for node in graph}
    while len(antichain := _largest_antichain(graph)) > 1:
        merged = antichain[0]
        members[merged] = tuple(sorted(name for node in antichain for name in members[node]))
        graph = nx.relabel_nodes(graph, dict.fromkeys(antichain, merged))
        longest = len(nx.dag_longest_path(graph, default_weight=1))
        yield Merge(members[merged], longest / len(graph), len(_largest_antichain(graph)))


def _largest_antichain(graph: Any) -> tuple[str, ...]:
    """A largest set of nodes of which none reaches another.

    By Dilworth's theorem it is as large as the smallest number of chains that cover the graph, which is what a maximum
    matching of the transitive closure leaves; Konig's minimum vertex cover of that matching tells its members.
    """
    import networkx as nx
    from networkx.algorithms import bipartite

    closure = nx.transitive_closure_dag(graph)
    split: Any = _bipartite_double(closure)
    left = {("up", node) for node in closure}
    matching = bipartite.hopcroft_karp_matching(split, top_nodes=left)
    cover = bipartite.to_vertex_cover(split, matching, top_nodes=left)
    return tuple(sorted(node for node in closure if ("up", node) not in cover and ("down", node) not in cover))


def _bipartite_double(closure: Any) -> Any:
    """Each node once as a start and once as an end of the edges of `closure`."""
    import networkx as nx

    split: Any = nx.Graph()
    split.add_nodes_from((side, node) for node in closure for side in ("up", "down"))
    split.add_edges_from((("up", start), ("down", end)) for start, end in closure.edges)
    return split
