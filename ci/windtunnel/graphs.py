"""The graph theory that DAGs and dataflows are judged by, on graphs of task ids or names of nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any


def graph_of(tasks: Iterable[str], edges: Iterable[tuple[str, str]]) -> Any:
    """The directed graph of `tasks` and `edges` (upstream, downstream), always in the same order."""
    import networkx as nx

    graph: Any = nx.DiGraph()
    graph.add_nodes_from(sorted(tasks))
    graph.add_edges_from(sorted(edges))
    return graph


def longest_path(graph: Any) -> tuple[str, ...]:
    """One of the longest chains of tasks."""
    import networkx as nx

    return tuple(nx.dag_longest_path(graph, default_weight=1))


def redundant_edges(graph: Any) -> tuple[tuple[str, str], ...]:
    """The edges that the transitive reduction leaves out."""
    import networkx as nx

    reduced = nx.transitive_reduction(graph)
    return tuple(sorted(edge for edge in graph.edges if not reduced.has_edge(*edge)))


def parts(graph: Any) -> int:
    """How many parts the graph has that no edge joins."""
    import networkx as nx

    return int(nx.number_weakly_connected_components(graph))


def peak(graph: Any, instances: Mapping[str, int]) -> int:
    """The most task instances that are ready at one time, if each takes the same time and nothing limits parallelism.

    Then the tasks with the same number of tasks on the longest way to them are ready together: the peak is the largest
    of these levels. A task counts as its `instances`, 1 where it has none given.
    """
    import networkx as nx

    levels: Counter[int] = Counter()
    for level, tasks in enumerate(nx.topological_generations(graph)):
        levels[level] = sum(instances.get(task, 1) for task in tasks)
    return max(levels.values(), default=0)


def merged(graph: Any, together: Collection[str], name: str) -> Any:
    """The graph in which the tasks `together` are one, called `name`; it must be one of them."""
    import networkx as nx

    result = nx.relabel_nodes(graph, dict.fromkeys(together, name))
    result.remove_edges_from([(name, name)])
    return result


def largest_antichain(graph: Any) -> tuple[str, ...]:
    """A largest set of tasks of which none reaches another.

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


def rings(needs: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Rings of nodes that need each other, none of which shares a node with another, each from its least name on."""
    left = {node: set(others) for node, others in needs.items()}
    while left := _without_ends(left):
        ring = _ring_from(min(left), left)
        yield ring
        for node in ring:
            del left[node]


def _without_ends(left: dict[str, set[str]]) -> dict[str, set[str]]:
    """What remains when nodes that need none of the others are taken away, again and again."""
    while True:
        kept = {node: {other for other in others if other in left} for node, others in left.items()}
        if all(kept.values()):
            return kept
        left = {node: others for node, others in kept.items() if others}


def _ring_from(node: str, left: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Follow what each node needs until one comes up again."""
    walked: list[str] = []
    while node not in walked:
        walked.append(node)
        node = min(left[node])
    ring = walked[walked.index(node) :]
    least = ring.index(min(ring))
    return (*ring[least:], *ring[:least])
