"""One recorded dataflow played node after node and by an engine, in a child process: where does it begin to differ?"""

from __future__ import annotations

import inspect
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.engine_blame import (
    Failure,
    Found,
    Values,
    changed_in_place,
    comparable,
    divergence,
    first_other,
    sender_of,
    shaky,
    upstream_of,
)
from windtunnel.collectors.engine_drivers import Asked, NoEngine, driver_in, one_after_the_other, room_of
from windtunnel.collectors.engine_names import has_role
from windtunnel.collectors.engine_notes import Note, Notes, notes_in, said_of
from windtunnel.collectors.engine_requests import EngineRequest
from windtunnel.collectors.forks import told_in_fork
from windtunnel.collectors.persons import Persons
from windtunnel.collectors.playing import enter, quiet
from windtunnel.collectors.properties_deeds import draw_from_all
from windtunnel.collectors.recorded import read_recorded, value_in
from windtunnel.collectors.replay import NotReplayable, Raised, Replay
from windtunnel.facts import EngineFacts

_IN_SILENCE = "it is not known which node"


class NotComparable(Exception):
    """Nothing can be said of this dataflow under this engine; the text says why."""


def play_elsewhere(request: EngineRequest) -> EngineFacts:
    """The facts of one dataflow under one engine, played in this very process; without nodes if it is not concerned."""
    ends = time.monotonic() + request.replay.seconds
    enter(request.replay)
    recorded = read_recorded(request.replay.file)
    facts = replace(request.nothing_known(recorded.task_id), is_used=request.engine in recorded.engines)
    if not (facts.is_used or request.is_asked):
        return facts
    with quiet():
        try:
            return _Comparison(request, Replay(recorded), ends).done(facts)
        except (NotReplayable, NotComparable, NoEngine) as reason:
            return replace(facts, not_compared=str(reason))


class _Comparison:
    """Each play begins in the state that the import of the modules has left: it has a process of its own."""

    def __init__(self, request: EngineRequest, replay: Replay, ends: float) -> None:
        self._request, self._replay, self._ends = request, replay, ends
        self._engine = request.engine
        self._has_blocks = any(has_role(node, "EXPAND") for node in replay.nodes.values())
        self._entering = dict(_available(replay))
        self._order = tuple(_reachable(replay, self._entering))

    def done(self, facts: EngineFacts) -> EngineFacts:
        """The facts with what was found."""
        if self._engine == "processes" and not self._has_blocks:
            return facts  # Hamilton runs the elements of blocks in processes, and nothing else
        if any(inspect.iscoroutinefunction(self._replay.nodes[name].callable) for name in self._order):
            raise NotComparable("its nodes are coroutines, which run in an event loop alone")
        if not self._outside_blocks():
            raise NotComparable("nothing in it can be computed again without its loaders and savers")
        plain = self._in_fork(self._plainly)
        again = self._in_fork(self._plainly_with_other_luck)
        unsure = shaky(self._order, self._replay, plain, again)
        sure = [name for name in comparable(self._order, plain, again) if name not in unsure]
        if not sure:
            raise NotComparable("no node of it is known to give the same when it is played twice")
        found = self._found(sure, plain)
        if found is None or found[0] in unsure or self._varies(found[0], plain):
            return replace(facts, nodes=len(sure))
        name, outcome = found
        told = (name, Persons.of(self._entering).without(outcome))
        different = divergence(told, self._replay, self._request.replay.root, self._reason(name))
        return replace(facts, nodes=len(sure), different=(different,))

    def _found(self, sure: Sequence[str], plain: Values) -> Found | None:
        if self._engine == "threads" and not self._has_blocks:
            found = first_other(sure, plain, self._in_fork(self._the_other_way_round))
            if found is not None:
                return found
        return self._by_engine(sure, plain)

    def _varies(self, name: str, plain: Values) -> bool:
        """Whether it does so without any engine too, of which two plays may have shown nothing by luck."""
        return name in shaky(self._order, self._replay, plain, self._in_fork(self._plainly_with_other_luck))

    # Plays in this process, or in one forked from it

    def _plainly(self, notes: Notes) -> None:
        if self._has_blocks:
            driver_in(one_after_the_other(), self._asked(), notes)(self._outside_blocks())
        else:
            self._in_order(self._order, notes)

    def _plainly_with_other_luck(self, notes: Notes) -> None:
        draw_from_all()
        self._plainly(notes)

    def _the_other_way_round(self, notes: Notes) -> None:
        self._in_order(tuple(_swapped(self._order, self._replay)), notes)

    def _in_order(self, order: Sequence[str], notes: Notes) -> None:
        """As Hamilton does it: whoever asks for a value gets that very value."""
        values = dict(self._entering)
        for name in order:
            needed = self._replay.needed_by(name)
            if any(one not in values for one in needed):
                continue
            value = self._replay.call(name, {one: values[one] for one in needed})
            if isinstance(value, Raised):
                notes.note(name, "", None, value.error)
            else:
                values[name] = value
                notes.note(name, "", value)

    def _by_engine(self, sure: Sequence[str], plain: Values) -> Found | None:
        folder = Path(tempfile.mkdtemp(prefix="notes-"))
        notes = Notes(folder)
        names = [name for name in self._outside_blocks() if name in sure or name in self._replay.recorded.final_vars]
        with room_of(self._engine, self._request.replay, has_blocks=self._has_blocks) as room:
            compute = driver_in(room, self._asked(), notes)
            try:
                results = compute(names)
            except Exception as error:
                sends = sender_of(self._engine)
                failure = Failure(error, self._order, self._replay, plain, notes_in(folder), sends)
                found = failure.blamed(None if self._has_blocks else lambda name: compute([name]))
                if found is None:
                    raise NotComparable(f"it fails, and {_IN_SILENCE} is to blame: {said_of(error)[:200]}") from error
                return found
        return first_other(sure, plain, _with_results(notes_in(folder), results))

    def _in_fork(self, play: Callable[[Notes], None]) -> Values:
        folder = Path(tempfile.mkdtemp(prefix="notes-"))

        def work() -> str:
            play(Notes(folder))
            return ""

        if self._forked(work) is None:
            raise NotComparable("its time was up before it had been played")
        return notes_in(folder)

    def _forked(self, work: Callable[[], str]) -> str | None:
        """What `work` gives, done in a process of its own; None where it is not done in time. Raises NotComparable."""
        left, told = told_in_fork(work, max(0.1, self._ends - time.monotonic()), said_of)
        if left:
            raise NotComparable(f"it fails when it is played again: {told}")
        return None if left is None else told

    # What a driver is asked for

    def _outside_blocks(self) -> list[str]:
        left_out, nodes = self._replay.left_out, self._replay.nodes
        return [name for name in self._order if name not in left_out or has_role(nodes[name], "COLLECT")]

    def _asked(self) -> Asked:
        recorded, replay = self._replay.recorded, self._replay
        given = {name: value for name, value in self._entering.items() if name not in recorded.config}
        inputs = {name: value for name, value in given.items() if replay.node(name).user_defined}
        overrides = {name: value for name, value in given.items() if name not in inputs}
        config = {name: value_in(kept) for name, kept in recorded.config.items()}
        return Asked(replay.modules, config, inputs, overrides)

    def _reason(self, name: str) -> str:
        """Who changes what the node reads, where somebody does."""
        told = self._forked(lambda: json.dumps(list(changed_in_place(self._order, self._replay, self._entering))))
        upstream = upstream_of(name, self._replay)
        for node, value in json.loads(told or "[]"):
            if value in upstream and node != name:
                return f"{node} changes {value} in place"
        return ""


def _available(replay: Replay) -> Iterator[tuple[str, Any]]:
    """What enters, and what savers returned, as far as it was kept."""
    for name in (*replay.entering, *replay.recorded.savers):
        try:
            yield name, replay.value_of(name)
        except NotReplayable:
            continue


def _reachable(replay: Replay, entering: dict[str, Any]) -> Iterator[str]:
    """The nodes that can be computed from this, in order."""
    known = set(entering)
    for name in replay.nodes:
        if all(one in known for one in replay.needed_by(name)):
            known.add(name)
            yield name


def _swapped(order: Sequence[str], replay: Replay) -> Iterator[str]:
    """Another order in which they can be computed: of those that could be next, always the last."""
    waiting = list(order)
    while waiting:
        name = next(name for name in reversed(waiting) if not any(one in waiting for one in replay.needed_by(name)))
        waiting.remove(name)
        yield name


def _with_results(noted: Values, results: dict[str, Any]) -> Values:
    """The notes, with what came back of those nodes that an engine runs without Hamilton's hooks."""
    from windtunnel.collectors.value_keeper import pickled

    seen = {node for node, _ in noted}
    kept = {name: pickled(value) for name, value in results.items() if name not in seen}
    return {
        **noted,
        **{(name, ""): Note(name, "", one) for name, one in kept.items() if isinstance(one, bytes)},
    }
