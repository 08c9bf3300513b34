"""Which DAGs of a round are started by assets that others of it make: those are played first, and hear their events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from windtunnel.facts import AssetEventFacts, AssetFacts, DagFacts


def is_by_assets(dag: DagFacts) -> bool:
    """Whether nothing else starts its runs: then each of them has events."""
    return bool(dag.consumes) and not dag.schedule.next_runs


def makers_in(dags: Sequence[DagFacts]) -> list[set[int]]:
    """For each DAG the numbers of those that make the assets which start it, none where assets start it not."""
    made: dict[str, set[int]] = defaultdict(set)
    for number, dag in enumerate(dags):
        for task in dag.tasks:
            for name in _names(task.produces):
                made[name].add(number)
    return [
        {maker for name in _names(dag.consumes) for maker in made.get(name, ())} - {number}
        for number, dag in enumerate(dags)
    ]


def heard_by(dag: DagFacts, events: Iterable[AssetEventFacts]) -> tuple[AssetEventFacts, ...]:
    """Those of the events that would start the DAG."""
    wanted = set(_names(dag.consumes))
    return tuple(event for event in events if wanted & {event.name, event.uri, *event.aliases})


def _names(assets: Iterable[AssetFacts]) -> list[str]:
    return [text for asset in assets for text in (asset.name, asset.uri) if text]
