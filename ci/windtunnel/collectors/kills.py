"""The context `kills`: each save of a DAG is struck at every point of its work, and its task repeated by Airflow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from windtunnel.collectors.context_plan import savers
from windtunnel.collectors.kill_points import KillPoint, Where
from windtunnel.collectors.run_watch import RunWatch
from windtunnel.collectors.sights import alike, is_beside_database
from windtunnel.collectors.theatre import Theatre
from windtunnel.collectors.trees import Ground, TooMuch, Tree
from windtunnel.collectors.under_fire import Besieging, BlowPlan, SiegePlan, Striking
from windtunnel.facts import Fault, KilledFacts, KilledSaveFacts, Occasion, RetryFacts

_SHARE_OF_TIME = 0.5  # of what is left, for the kills of one task
_MOST_RETRIES = 6
_MOST_STRAYS = 5


def kill_saves(theatre: Theatre, most: int) -> None:
    """Play a run; then clear and play each task that saves, under siege; then let it meet what showed something."""
    first = theatre.some_date()
    if not theatre.play_dated(first):
        _told(theatre, [_untried(theatre, "", "the run of its date did not end well")])
        return
    ground = Ground(theatre.folders)
    uses = [*theatre.facts.plain.uses, *(use for visit in theatre.facts.visits for use in visit.uses)]
    ground.add(use.path for use in uses if use.writes)
    ground.add((save.path for save in theatre.facts.plain.saves if save.path), whole=True)
    try:
        begin = ground.tree()
        for task_id in savers(theatre.facts.plain):
            begin = _Battle(theatre, ground, begin, task_id, first.day).play(most)
        ground.restore(begin)
    except TooMuch as reason:
        _told(theatre, [_untried(theatre, "", str(reason))])


def _untried(theatre: Theatre, task_id: str, reason: str) -> KilledSaveFacts:
    return KilledSaveFacts(task_id, "", "", theatre.facts.location, unseen=reason)


def _told(theatre: Theatre, saves: Iterable[KilledSaveFacts]) -> None:
    assert isinstance(theatre.facts, KilledFacts)
    theatre.facts = replace(theatre.facts, saves=(*theatre.facts.saves, *saves))


@dataclass(slots=True)
class _Battle:
    """All that is done to the saves of one task; each play begins with what lay there at the `begin`."""

    theatre: Theatre
    ground: Ground
    begin: Tree
    task_id: str
    day: str
    _quiet: list[Tree] = field(default_factory=list)
    _longest: float = 0.0

    def play(self, most: int) -> Tree:
        """Tell what was seen. What lies there at the beginning of the next."""
        seconds, own = self.theatre.seconds * _SHARE_OF_TIME, self.theatre.folders[1]
        plan = SiegePlan(self.task_id, self.ground, most, seconds, own)
        is_well = self._again(Besieging.of(plan))
        self._quiet = [self.ground.tree()]
        if not plan.told:
            _told(self.theatre, [_untried(self.theatre, self.task_id, "it did not come to its saves again")])
        for number, (save, points) in enumerate(plan.told, 1):
            chosen = _telling(points) if is_well else []
            retries = tuple(self._retries(number, save, chosen))
            unseen = save.unseen or ("" if is_well else "cleared, its task did not end well")
            if not unseen and len(retries) < len(chosen):
                unseen = "its time was over before all of its retries were played"
            _told(self.theatre, [replace(save, retries=retries, unseen=unseen)])
        return self.ground.restore(self.begin)

    def _retries(self, number: int, save: KilledSaveFacts, points: Sequence[KillPoint]) -> Iterator[RetryFacts]:
        places = (save.path,) if save.path else ()
        for point in points:
            if self.theatre.seconds < 2 * self._longest:
                return
            plan = BlowPlan(self.task_id, self.ground, number, point, places, self.theatre.folders[1])
            is_well = self._again(Striking.of(plan))
            if not is_well and plan.state != "success":
                is_well = self._play(None, only_failed=True)  # it has no retries: then somebody clears it
            yield self._outcome(plan, save, is_well=is_well)

    def _outcome(self, plan: BlowPlan, save: KilledSaveFacts, *, is_well: bool) -> RetryFacts:
        point, seen = plan.point, plan.tree
        is_green = plan.state == "success" and point.fault is not Fault.KILLED
        if is_green and seen is not None and not self._has_arrived(save.path, seen):
            return RetryFacts(point.fault, point.text, "success", swallowed=True)
        if not is_well:
            return RetryFacts(point.fault, point.text, "failed")
        differs, strays = self._compared()
        return RetryFacts(point.fault, point.text, "success", differs, strays)

    def _has_arrived(self, path: str, seen: Tree) -> bool:
        """Whether the save is there; it may be one of those that are never twice the same."""
        if seen.read(path) is None or path not in seen.changed(self.begin):
            return False
        quiet = self._quiet[0]
        return alike(path, quiet, seen) or (path in self.begin.files and not alike(path, self.begin, quiet))

    def _compared(self) -> tuple[str, tuple[str, ...]]:
        """Where what lies there now is not what an undisturbed run leaves, and the files beside it."""
        now = self.ground.tree()
        if not _differs(self._quiet[:1], now) and not _strays(self._quiet[:1], now):
            return "", ()
        if len(self._quiet) < 2:  # what is never twice the same shows between two undisturbed ones
            if not self._again(None):
                return "", ()
            self._quiet.append(self.ground.tree())
        return _differs(self._quiet, now), tuple(_strays(self._quiet, now))[:_MOST_STRAYS]

    def _again(self, watch: type[RunWatch] | None) -> bool:
        """Clear the task and play it, beginning with what lay there; whether it ended well."""
        self.begin = self.ground.restore(self.begin)
        return self._play(watch, only_task=self.task_id)

    def _play(self, watch: type[RunWatch] | None, **which: Any) -> bool:
        from windtunnel.airflow_compat import occasions

        theatre, before = self.theatre, self.theatre.seconds
        is_well = theatre.play(
            Occasion.BESIEGED,
            lambda: occasions.clear(theatre.dag.dag_id, theatre.run_id, **which),
            self.day,
            watch or RunWatch,
        )
        theatre.forget()
        self._longest = max(self._longest, before - theatre.seconds)
        return is_well


def _telling(points: Sequence[KillPoint]) -> list[KillPoint]:
    """Those to be repeated by Airflow: one of each fault, the one after the save, then the others."""
    first = {(point.fault, point.where is Where.AFTER): point for point in reversed(points)}
    wanted = dict.fromkeys([*(point for point in points if point in first.values()), *points])
    return list(wanted)[:_MOST_RETRIES]


def _differs(quiet: Sequence[Tree], now: Tree) -> str:
    """The first file that is not as undisturbed runs leave it, and how it differs; "" where there is none."""
    first = quiet[0]
    for path in sorted(path for path in first.files if not is_beside_database(path)):
        if alike(path, first, now) or not all(alike(path, first, other) or path in other.files for other in quiet):
            continue
        name = PurePath(path).name
        if now.read(path) is None and all(path in other.files for other in quiet):
            return f"{name} is missing"
        counts = {_lines(tree.read(path)) for tree in quiet}
        if (lines := _lines(now.read(path))) and 0 not in counts and len(counts) == 1 and counts != {lines}:
            return f"{name} has {lines} lines instead of {counts.pop()}"
        if all(alike(path, first, other) for other in quiet) and now.read(path) is not None:
            return f"{name} holds something else"
    return ""


def _strays(quiet: Sequence[Tree], now: Tree) -> list[str]:
    """The files that undisturbed runs do not leave; none where these leave files under other names each time."""
    names = [{path for path in tree.files if not is_beside_database(path)} for tree in quiet]
    if any(known != names[0] for known in names):
        return []
    return sorted(path for path in now.files if path not in names[0] and not is_beside_database(path))


def _lines(content: bytes | None) -> int:
    """How many lines a text has; 0 for what is none."""
    if content is None or b"\0" in content:
        return 0
    try:
        return len(content.decode("utf-8").splitlines())
    except UnicodeDecodeError:
        return 0
