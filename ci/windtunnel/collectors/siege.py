"""One save struck at many points, one after the other, each time in a process forked from just before the save."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any, NoReturn

from windtunnel.collectors.forks import ended, fork, leave_streams
from windtunnel.collectors.kill_points import UNDISTURBED, KillPoint, Strike, Where, die, kill_points
from windtunnel.collectors.sights import Undisturbed, worst_of
from windtunnel.collectors.trees import Ground, TooMuch, Tree
from windtunnel.facts import Fault, KillFacts, Sight

_LEAST_PATIENCE = 5.0  # seconds that a save may take which took none
_TIMES = 20
_MOST_TOLD = 500  # a pipe holds 64 KiB, and nobody reads it while it is written
_WELL, _NOT_WELL = 0, 4


class NotTried(Exception):
    """The save cannot be struck here; why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a trial of a save ended: `status` as os.waitpid gives it, None where it hung."""

    status: int | None
    deeds: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def is_well(self) -> bool:
        """Whether the saver returned."""
        return self.status is not None and os.waitstatus_to_exitcode(self.status) == _WELL


@dataclass(slots=True)
class Siege:
    """What was seen of one save: `kills` so far, the `points` that showed different things, why it was not tried."""

    kills: list[KillFacts] = field(default_factory=list)
    points: list[KillPoint] = field(default_factory=list)
    unseen: str = ""
    path: str = ""


class _InChild(Exception):
    """Leads out of the siege: this process is the one in which the save goes on."""

    def __init__(self, doomed: Doomed) -> None:
        self.doomed = doomed


class Doomed:
    """The process of a trial: it does one save, tells how it went, and ends."""

    def __init__(self, strike: Strike, writer: int) -> None:
        self._strike, self._writer, self._known = strike, writer, frozenset(sys.modules)

    def end(self, *, success: bool) -> NoReturn:
        """The save is over."""
        if self._strike.point.where is Where.AFTER:
            die()
        gc.collect()  # a file that nobody holds any more is closed
        self._strike.end()
        new = [name for name in sys.modules if name not in self._known]
        with contextlib.suppress(OSError):
            told = {"deeds": self._strike.deeds[:_MOST_TOLD], "modules": new[:_MOST_TOLD]}
            os.write(self._writer, json.dumps(told).encode())
        os._exit(_WELL if success else _NOT_WELL)


def besiege(ground: Ground, siege: Siege, most: int, seconds: float, own: str = "") -> Doomed | None:
    """Play kill points of the save that this process is about to do, `most` at most and for so many seconds.

    None when it is over; then everything lies as it lay before, and the process goes on as if nothing had been. In each
    of the processes forked meanwhile a Doomed, with which the save is to be done there. `own` is the run's own folder.
    """
    try:
        before = ground.tree()
    except TooMuch as reason:
        siege.unseen = str(reason)
        return None
    gc.freeze()  # a trial looks for handles of its own save, not in all that was there before, page by copied page
    try:
        _Besieger(ground, siege, own, time.monotonic() + seconds).play(before, most)
    except _InChild as here:
        return here.doomed
    except (NotTried, TooMuch) as reason:
        siege.unseen = str(reason)
    ground.restore(before)
    return None


@dataclass(frozen=True, slots=True)
class _Start:
    """One of the states in which a save may begin: `again` where the files of an earlier one lie there."""

    again: bool
    save: Undisturbed
    deeds: tuple[str, ...]


class _Besieger:
    def __init__(self, ground: Ground, siege: Siege, own: str, give_up: float) -> None:
        self._ground, self._siege, self._own, self._give_up = ground, siege, own, give_up
        self._seconds = 0.0
        self._shown: set[tuple[Any, ...]] = set()

    def play(self, before: Tree, most: int) -> None:
        """Raises NotTried where the save does not end well even undisturbed."""
        save, told = self._undisturbed(before)
        if not save.targets:
            raise NotTried("no file was seen that it writes")
        self._siege.path = save.targets[0]
        starts = list(self._starts(before, save, told))
        each = [
            [
                (start, point)
                for point in kill_points(start.deeds, start.save.sizes, most, beyond=start.save.is_database)
            ]
            for start in starts
        ]
        in_turn = [pair for pairs in zip_longest(*each) for pair in pairs if pair is not None]
        for start, point in in_turn[:most]:
            if time.monotonic() > self._give_up:
                raise NotTried("its time was over before all of its kill points were played")
            self._strike(start.save, point, again=start.again)

    def _undisturbed(self, start: Tree) -> tuple[Undisturbed, Told]:
        told = self._trial(UNDISTURBED, ())
        after = self._ground.tree()
        if not told.is_well:
            raise NotTried("in a process of its own it does not end well" if told.status else "it hangs there")
        _import(told.modules)
        start = self._ground.restore(start)
        again = self._trial(UNDISTURBED, ())
        save = Undisturbed(start, after, self._ground.tree())
        self._ground.restore(start)
        self._seconds = max(self._seconds, again.seconds)
        return save, again if again.is_well else told

    def _starts(self, before: Tree, save: Undisturbed, told: Told) -> Iterator[_Start]:
        """The save where the files of an earlier one lie, and where none do; the one that is at hand first."""
        there = [path for path in save.targets if path in before.files]
        yield _Start(bool(there), save, told.deeds)
        files = dict(before.files)
        for path in save.targets:
            files.pop(path, None)
        other = Tree(files, before.folders) if there else save.after
        with contextlib.suppress(NotTried):  # it may want the file, or not want it
            other = self._ground.restore(other)
            save, told = self._undisturbed(other)
            yield _Start(not there, save, told.deeds)
        self._ground.restore(before)

    def _strike(self, save: Undisturbed, point: KillPoint, *, again: bool) -> None:
        start = self._ground.restore(save.before)
        save = Undisturbed(start, save.after, save.again)
        told = self._trial(point, save.targets)
        now = self._ground.tree()
        if told.status is None or (told.is_well and point.fault is Fault.KILLED):
            return  # it hangs, or does not come to that point: nothing is known of it
        cut = point.number if point.where is Where.BYTE else None
        sight, path, detail = worst_of(save, now, cut)
        strays = save.strays(now)
        is_lost = told.is_well and point.fault is not Fault.KILLED and sight is not Sight.WHOLE
        swallowed = is_lost and not _is_same(save)
        seen = KillFacts(point.fault, point.text, sight, path, detail, again, swallowed, len(strays))
        self._siege.kills.append(seen)
        mended = self._trial(UNDISTURBED, ()).is_well and save.is_there(self._ground.tree())
        self._siege.kills[-1] = replace(seen, mended=mended)
        signature = (point.fault, sight, bool(strays), seen.swallowed, mended, point.where is Where.AFTER)
        if signature not in self._shown:
            self._shown.add(signature)
            self._siege.points.append(point)

    def _trial(self, point: KillPoint, places: Iterable[str]) -> Told:
        """The save once more, in a process forked from here; what there goes on leaves by an _InChild."""
        reader, writer = os.pipe()
        pid, started = fork(), time.monotonic()
        if not pid:
            os.setsid()
            os.close(reader)
            leave_streams(spare=writer)
            strike = Strike(point, list(places), self._own)
            doomed = Doomed(strike, writer)
            strike.begin()
            raise _InChild(doomed)
        os.close(writer)
        status, told = ended(pid, reader, max(_LEAST_PATIENCE, _TIMES * self._seconds))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # what it has started goes with the worker
        self._seconds = self._seconds or time.monotonic() - started
        return Told(status, *_heard(told), time.monotonic() - started)


def _is_same(save: Undisturbed) -> bool:
    """Whether the save leaves what lay there before anyway: then nothing can be lost."""
    return all(save.before.read(path) == save.after.read(path) for path in save.targets)


def _heard(told: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    try:
        heard = json.loads(told)
    except ValueError:
        return (), ()
    return tuple(heard["deeds"]), tuple(heard["modules"])


def _import(modules: Iterable[str]) -> None:
    """Once here, what every trial would else import anew."""
    for name in modules:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
