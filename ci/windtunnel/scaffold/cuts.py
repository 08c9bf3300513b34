"""A dataflow cut at some of its nodes: what each task computes, what it reads, and what it hands on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windtunnel.errors import UsageError, unknown
from windtunnel.graphs import graph_of


@dataclass(frozen=True, slots=True)
class Stage:
    """What one task does. It asks outside for `inputs`, reads what earlier stages have made, and makes `results`.

    All names are in the order in which they were asked for.
    """

    nodes: tuple[str, ...]
    inputs: tuple[str, ...]
    reads: tuple[str, ...]
    results: tuple[str, ...]


def stages(needs: Mapping[str, Sequence[str]], final_vars: Sequence[str], split_at: Sequence[str]) -> tuple[Stage, ...]:
    """The stages of a chain that makes the `final_vars`; one where nothing is split.

    `needs` are the nodes that functions make, with what each asks for. Whatever crosses from a stage to a later one is
    a node of `split_at`. UsageError, with the way out, for names that cannot be, for cycles, and for a cut that does
    not separate what comes before it from what comes after it.
    """
    _insist("--final-vars", final_vars, needs)
    _insist("--split-at", split_at, needs)
    wanted = _upstream(needs, final_vars)
    _refuse_cycles(needs, wanted)
    graph = graph_of(wanted, ((need, node) for node in wanted for need in needs[node] if need in wanted))
    for node in split_at:
        if node not in wanted:
            raise UsageError(f"--split-at {node}: no final var needs it; split at a node that leads to one of them")
        if not any(True for _ in graph.successors(node)):
            raise UsageError(f"--split-at {node}: nothing comes after it, so there is nothing to split off")
    level = _levels(graph, split_at)
    return tuple(_stage(number, level, needs, final_vars, split_at) for number in range(max(level.values()) + 1))


def _insist(option: str, names: Iterable[str], needs: Mapping[str, Sequence[str]]) -> None:
    inputs = {need for asked in needs.values() for need in asked} - needs.keys()
    for name in names:
        if name in inputs:
            raise UsageError(f"{option} {name}: is an input of the dataflow, which no function makes")
        if name not in needs:
            raise unknown(option, "node", name, needs or [""], "the nodes that the modules make with this config")


def _upstream(needs: Mapping[str, Sequence[str]], of: Iterable[str]) -> set[str]:
    """These nodes, and all that they need of other nodes."""
    found: set[str] = set()
    waiting = list(of)
    while waiting:
        node = waiting.pop()
        if node in needs and node not in found:
            found.add(node)
            waiting += needs[node]
    return found


def _refuse_cycles(needs: Mapping[str, Sequence[str]], wanted: Collection[str]) -> None:
    import networkx as nx

    graph = graph_of(wanted, ((need, node) for node in wanted for need in needs[node] if need in wanted))
    cycle = next(iter(nx.simple_cycles(graph)), None)
    if cycle:
        turned = [*cycle, cycle[0]]
        raise UsageError(f"the nodes need each other, so none of them can be computed first: {' → '.join(turned)}")


def _levels(graph: Any, cuts: Sequence[str]) -> dict[str, int]:
    """The number of the stage of each node: as many stages as the cuts allow, each as early as it can be."""
    import networkx as nx

    parts = _parts(graph, cuts)
    idle = [cut for cut in cuts if not _separates(graph, cut, parts)]
    if idle:
        raise _leak(graph, cuts, idle)
    condensed: Any = nx.condensation(_bound(graph, cuts))
    members: dict[int, set[str]] = dict(condensed.nodes(data="members"))
    generations = enumerate(nx.topological_generations(condensed))
    return {node: number for number, generation in generations for part in generation for node in members[part]}


def _bound(graph: Any, cuts: Collection[str]) -> Any:
    """The graph with an edge back for each edge whose value nobody stores: both its ends are then in one stage."""
    bound = graph.copy()
    bound.add_edges_from((node, need) for need, node in graph.edges if need not in cuts)
    return bound


def _parts(graph: Any, cuts: Collection[str]) -> dict[str, int]:
    """What must be in one stage has the same number."""
    import networkx as nx

    parts = enumerate(nx.strongly_connected_components(_bound(graph, cuts)))
    return {node: number for number, nodes in parts for node in nodes}


def _separates(graph: Any, cut: str, parts: Mapping[str, int]) -> bool:
    return any(parts[node] != parts[cut] for node in graph.successors(cut))


def _leak(graph: Any, cuts: Sequence[str], idle: Iterable[str]) -> UsageError:
    """Which nodes lead around a cut: what comes after it asks for them too, and they come from before it."""
    around: dict[str, str] = {}
    waiting = [*idle]
    while waiting:
        more = {one: other for cut in waiting for one, other in _around(graph, cut, (*cuts, *around)).items()}
        around.update(more)
        parts = _parts(graph, (*cuts, *around))
        waiting = [cut for cut in (*cuts, *around) if more and not _separates(graph, cut, parts)]
    leaks = sorted(around)
    named = ", ".join(f"{node} (for {around[node]})" for node in leaks)
    return UsageError(
        f"--split-at {','.join(cuts)}: does not separate the dataflow: what comes after it also needs {named} from "
        f"before it; split there too (--split-at {','.join((*cuts, *leaks))}), or elsewhere"
    )


def _around(graph: Any, cut: str, cuts: Sequence[str]) -> dict[str, str]:
    """The nodes that would have to be cut too, each with one that asks for it."""
    import networkx as nx

    before, after = nx.ancestors(graph, cut) - {*cuts}, nx.descendants(graph, cut)
    beside = {one: other for one, other in sorted(graph.edges) if other in after and one not in (*after, *cuts)}
    near = {one: other for one, other in beside.items() if ({one} | nx.ancestors(graph, one)) & before}
    # What comes from elsewhere may go to the task after the cut, unless something else ties it to the one before.
    enough = _separates(graph, cut, _parts(graph, {*cuts, *near}))
    return near if enough else beside


def _stage(
    number: int,
    level: Mapping[str, int],
    needs: Mapping[str, Sequence[str]],
    final_vars: Sequence[str],
    split_at: Sequence[str],
) -> Stage:
    nodes = [node for node in needs if level.get(node) == number]
    asked = dict.fromkeys(need for node in nodes for need in needs[node])
    used_later = {need for node in level if level[node] > number for need in needs[node]}
    handed_on = [node for node in split_at if level[node] == number and node in used_later]
    finished = [node for node in final_vars if level[node] == number]
    return Stage(
        nodes=tuple(nodes),
        inputs=tuple(need for need in asked if need not in level),
        reads=tuple(need for need in asked if level.get(need, number) < number),
        results=tuple(dict.fromkeys((*handed_on, *finished))),
    )
