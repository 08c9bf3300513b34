"""What tasks that failed for good have saved, and left lying when their run had ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from windtunnel.facts import RunFacts, SaveFacts, SaveState


def still_left(run: RunFacts) -> RunFacts:
    """The run as it has ended: a task may have saved at another attempt since, or somebody has cleaned up."""
    failed = {(task.task_id, task.map_index) for task in run.tasks if task.state == "failed"}

    def settled(save: SaveFacts) -> SaveFacts:
        gone = (save.task_id, save.map_index) not in failed or not Path(save.path).exists()
        is_over = save.state is SaveState.LEFT_BEHIND and gone
        return replace(save, state=SaveState.NOT_REACHED, path="", size=0) if is_over else save

    return replace(run, saves=tuple(map(settled, run.saves)))
