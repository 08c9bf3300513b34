"""Runs whose saves are struck: at every point in processes beside the attempt, or at one point in the attempt."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.dags import dag_location
from windtunnel.collectors.executions import FORMAT_TAG, paths_of
from windtunnel.collectors.kill_points import KillPoint, Strike, Where
from windtunnel.collectors.run_watch import RunWatch
from windtunnel.collectors.saves import origin
from windtunnel.collectors.siege import Doomed, Siege, besiege
from windtunnel.collectors.trees import Ground, TooMuch, Tree
from windtunnel.facts import Fault, KilledSaveFacts
from windtunnel.pool import facts_in
from windtunnel.worker import put

_HEAD_START = "sieges"


@dataclass(slots=True)
class SiegePlan:
    """The saves of one task under siege, `most` points each; in the end `told`: each save with its telling points."""

    task_id: str
    ground: Ground
    most: int
    seconds: float
    own: str
    told: list[tuple[KilledSaveFacts, tuple[KillPoint, ...]]] = field(default_factory=list)


@dataclass(slots=True)
class BlowPlan:
    """One point of the save that comes as number `number` in a task, to be struck at the first attempt.

    `state` is what that attempt came to, `tree` what lay there then.
    """

    task_id: str
    ground: Ground
    number: int
    point: KillPoint
    places: tuple[str, ...]
    own: str
    state: str = ""
    tree: Tree | None = None


class Besieging(RunWatch):
    """The first attempt of a task has each of its saves struck in processes beside it, and then goes on undisturbed."""

    _plan: SiegePlan

    @classmethod
    def of(cls, plan: SiegePlan) -> type[Besieging]:
        """The kind that carries out this plan."""
        return type("Besieging", (cls,), {"_plan": plan})

    def task_started(self, task: Any) -> None:
        super().task_started(task)
        if _is_victim(self._here, self._plan.task_id) and self._here.dag_id == self._dag.dag_id:
            task.execution_timeout = None  # the time that the siege takes is not its own
            self._recording.watch = self
            self._told: list[tuple[KilledSaveFacts, tuple[tuple[str, int, Fault, str], ...]]] = []
            self._doomed: Doomed | None = None
            self._attempt_process = os.getpid()

    def before_save(self, node: Any, kwargs: Mapping[str, Any]) -> None:
        """Strike it at all points, and come back as if nothing had been: or in a process that is to be struck."""
        with self._uses.unheard():
            plan, siege = self._plan, Siege()
            plan.ground.add(paths_of(node, kwargs))
            if threading.current_thread() is threading.main_thread() and os.getpid() == self._attempt_process:
                self._doomed = besiege(plan.ground, siege, plan.most, plan.seconds, plan.own)
            else:
                siege.unseen = "it is saved by a thread or a process of the task's, and others may save beside it"
            if self._doomed is None:
                self._tell(node, siege)

    def after_save(self, *, success: bool) -> None:
        """The process that was to be struck has nothing more to do."""
        if self._doomed is not None:
            self._doomed.end(success=success)

    def _tell(self, node: Any, siege: Siege) -> None:
        module, location = origin(node, self._file.root)
        location = location if module else dag_location(self._dag, self._file, self._index)  # a materializer
        saver = str(node.tags.get(FORMAT_TAG, ""))
        seen = KilledSaveFacts(
            self._here.task_id, node.name, saver, location, siege.path, tuple(siege.kills), unseen=siege.unseen
        )
        points = tuple((point.where.value, point.number, point.fault, point.deed) for point in siege.points)
        self._told.append((seen, points))
        put(self._sieges_of(self._here), tuple(self._told))

    def attempt_ended(self, key: Any, code: int, lines: tuple[str, ...]) -> None:
        super().attempt_ended(key, code, lines)
        file = self._sieges_of(key)
        for seen, points in facts_in(file.read_bytes()) if file.exists() else ():
            self._plan.told.append((seen, tuple(KillPoint(Where(where), *more) for where, *more in points)))
        file.unlink(missing_ok=True)

    def _sieges_of(self, key: Any) -> Path:
        return self._folder / f"{self._numbers[key]}.{_HEAD_START}"


class Striking(RunWatch):
    """The first attempt of a task is struck in one of its saves; the next goes on undisturbed."""

    _plan: BlowPlan
    _first: Any = None

    @classmethod
    def of(cls, plan: BlowPlan) -> type[Striking]:
        """The kind that carries out this plan."""
        return type("Striking", (cls,), {"_plan": plan})

    def attempt_begins(self, key: Any) -> None:
        super().attempt_begins(key)
        is_victim = key.dag_id == self._dag.dag_id and _is_victim(key, self._plan.task_id)
        self._is_first = is_victim and self._first is None
        self._first = key if self._is_first else self._first

    def briefing(self, key: Any) -> Any:
        return super().briefing(key), self._is_first

    def enter_attempt(self, key: Any, briefing: Any) -> None:
        usual, self._is_first = briefing
        super().enter_attempt(key, usual)

    def task_started(self, task: Any) -> None:
        super().task_started(task)
        if self._is_first:
            plan, self._saves_begun = self._plan, 0
            self._strike = Strike(plan.point, plan.places, plan.own)
            self._recording.watch = self

    def before_save(self, node: Any, kwargs: Mapping[str, Any]) -> None:  # noqa: ARG002  the protocol's
        """Strike the one that is wanted."""
        self._saves_begun += 1
        if self._saves_begun == self._plan.number:
            self._strike.begin()

    def after_save(self, *, success: bool) -> None:  # noqa: ARG002
        """It has outlived that, or was another one."""
        if self._saves_begun == self._plan.number:
            self._strike.end()

    def attempt_ended(self, key: Any, code: int, lines: tuple[str, ...]) -> None:
        super().attempt_ended(key, code, lines)
        if key == self._first:
            self._plan.state = self._tasks[key.task_id, key.map_index].state
            self._first = replace(key, number=-1)  # it may be deferred, and come again under the same key
            try:
                self._plan.tree = self._plan.ground.tree()
            except TooMuch:
                self._plan.tree = None


def _is_victim(key: Any, task_id: str) -> bool:
    """Whether it is an attempt of the task; of a mapped one, of the first of them."""
    return bool(key.task_id == task_id and key.map_index <= 0)
