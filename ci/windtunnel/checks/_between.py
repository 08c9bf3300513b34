"""What checks of references between DAGs share: which DAGs are there, and the ways that lead back to their start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TypeVar

from windtunnel.facts import DagFacts, RepositoryFacts

Node = TypeVar("Node")


def dags_of(repository: RepositoryFacts) -> dict[str, DagFacts]:
    """The DAGs by dag_id, without those whose id two files claim."""
    dags = [dag for file in repository.files for dag in file.dags]
    number = Counter(dag.dag_id for dag in dags)
    return {dag.dag_id: dag for dag in dags if number[dag.dag_id] == 1}


def guess(wrong: str, known: Collection[str], likeness: float = 0.6) -> str:
    """A question whether the nearest of the known names was meant; "" where none is as like as that (1 is the same)."""
    near = get_close_matches(wrong, known, n=1, cutoff=likeness)
    return f", did you mean {near[0]!r}?" if near else ""


def loops(starts: Iterable[Node], edges: Mapping[Node, Iterable[Node]]) -> list[tuple[Node, ...]]:
    """Shortest ways from one of the starts back to itself, each node on one of them at most."""
    found: list[tuple[Node, ...]] = []
    told: set[Node] = set()
    for start in starts:
        way = _way_back(start, edges) if start not in told else ()
        if way and told.isdisjoint(way):
            found.append(tuple(way))
            told.update(way)
    return found


def _way_back(start: Node, edges: Mapping[Node, Iterable[Node]]) -> Sequence[Node]:
    ways: list[tuple[Node, ...]] = [(start,)]
    seen: set[Node] = set()
    for way in ways:  # grows while it is walked: breadth first
        for after in edges.get(way[-1], ()):
            if after == start:
                return way
            if after not in seen:
                seen.add(after)
                ways.append((*way, after))
    return ()
