"""Saves under fire, in the report for other programs: points where the same was seen are counted together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from windtunnel.facts import Fault, KilledSaveFacts, KillFacts, RetryFacts, Sight
from windtunnel.reporters.json_values import Object


def killed_save(save: KilledSaveFacts) -> Object:
    """One save, with what was done to it and what was seen then."""
    return {
        "task_id": save.task_id,
        "node": save.node,
        "format": save.format,
        "path": save.path or None,
        "unseen": save.unseen or None,
        "points": list(_points(save.kills)),
        "retries": [_retry(retry) for retry in save.retries],
    }


def _points(kills: Iterable[KillFacts]) -> Iterator[Object]:
    for (fault, sight), alike in groupby(sorted(kills, key=_done_and_seen), key=_done_and_seen):
        points = list(alike)
        yield {
            "fault": fault.value,
            "sight": sight.value,
            "points": len(points),
            "swallowed": sum(point.swallowed for point in points),
            "unmended": sum(not point.mended for point in points),
        }


def _done_and_seen(kill: KillFacts) -> tuple[Fault, Sight]:
    return kill.fault, kill.sight


def _retry(retry: RetryFacts) -> Object:
    return {
        "fault": retry.fault.value,
        "point": retry.point,
        "state": retry.state,
        "differs": retry.differs or None,
        "strays": retry.strays,
        "swallowed": retry.swallowed,
    }
