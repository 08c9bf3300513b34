"""What starts the runs of DAGs that are scheduled by assets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AssetEventFacts:
    """One event of an asset that a task has made; `extra` is JSON, `aliases` are the names by which it was made too."""

    name: str
    uri: str
    aliases: tuple[str, ...]
    extra: str
    dag_id: str
    task_id: str
    run_id: str
    map_index: int = -1
