"""The saves of a run as they stand at its end: what a later attempt has made good, or somebody has cleaned up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from windtunnel.facts import RunFacts, SaveFacts, SaveState

_UNKEPT = (SaveState.NOT_REACHED, SaveState.LEFT_BEHIND)


def with_final_saves(run: RunFacts) -> RunFacts:
    """The run with each save that was not kept said once, and not at all where another attempt has kept it.

    What a task that has failed for good had saved is left behind only where it still lies there.
    """
    return replace(run, saves=tuple(_final(run)))


def _final(run: RunFacts) -> Iterator[SaveFacts]:
    failed = {(task.task_id, task.map_index) for task in run.tasks if task.state == "failed"}
    kept = {_promise(save) for save in run.saves if save.state not in _UNKEPT}
    last = {_promise(save): number for number, save in enumerate(run.saves)}
    for number, save in enumerate(run.saves):
        if save.state not in _UNKEPT:
            yield save
        elif last[_promise(save)] == number and _promise(save) not in kept:
            is_left = (save.task_id, save.map_index) in failed and Path(save.path).exists()
            yield save if is_left else replace(save, state=SaveState.NOT_REACHED, path="", size=0)


def _promise(save: SaveFacts) -> tuple[str, int, str, str]:
    return save.task_id, save.map_index, save.module, save.node
