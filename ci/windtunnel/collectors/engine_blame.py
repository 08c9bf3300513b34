"""Which node an engine does not do the same with, and why, as far as that is certain."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windtunnel.collectors.engine_names import has_role
from windtunnel.collectors.engine_notes import Note, said_of, unwrapped
from windtunnel.collectors.perturbing import location_of_node
from windtunnel.collectors.properties_compare import same
from windtunnel.collectors.recorded import value_in
from windtunnel.collectors.replay import Replay
from windtunnel.collectors.value_shapes import shape_of
from windtunnel.facts import DivergenceFacts

Values = Mapping[tuple[str, str], Note]
"""What nodes have returned, by node and part."""
Found = tuple[str, str]
"""A node, and what it did as the predicate of a sentence."""

_LONGEST = 300
_CLUSTERS = ("distributed.", "ray.")


def answers(one: Note, other: Note) -> bool | None:
    """Whether two runs of a node gave the same; None where nobody can say."""
    if one.error or other.error:
        return bool(one.error) == bool(other.error)
    if one.value is None or other.value is None:
        return None
    if one.value == other.value:
        return True
    try:
        return same(value_in(one.value), value_in(other.value))
    except Exception:  # a class of the user's, made again
        return None


def shaky(order: Sequence[str], replay: Replay, first: Values, second: Values) -> frozenset[str]:
    """The nodes that did something else the second time, and all that is computed from them."""
    found: set[str] = set()
    for name in order:
        keys = {key for known in (first, second) for key in known if key[0] == name}
        is_other = any(key not in first or key not in second or _is_other(first[key], second[key]) for key in keys)
        if is_other or any(one in found for one in replay.needed_by(name)):
            found.add(name)
    return frozenset(found)


def comparable(order: Sequence[str], first: Values, second: Values) -> tuple[str, ...]:
    """The nodes that gave twice what can be seen to be the same."""
    return tuple(name for name in order if all(_are_same(key, first, second) for key in _keys(name, first)))


def _keys(name: str, plain: Values) -> list[tuple[str, str]]:
    return [key for key in plain if key[0] == name] or [(name, "")]


def _are_same(key: tuple[str, str], first: Values, second: Values) -> bool:
    is_fine = key in first and key in second and not first[key].error
    return is_fine and answers(first[key], second[key]) is True


def _is_other(one: Note, other: Note) -> bool:
    """Whether they differ; of what does not say, whether its bytes do."""
    said = answers(one, other)
    return one.value != other.value if said is None else not said


def first_other(names: Sequence[str], plain: Values, other: Values) -> Found | None:
    """The first of the nodes that did something else than before."""
    for name in names:
        for key in (key for key in plain if key[0] == name and key in other):
            if other[key].error:
                return name, f"raises {other[key].error}"
            if answers(plain[key], other[key]) is False:
                return name, _contrast(plain[key], other[key])
    return None


def _contrast(one: Note, other: Note) -> str:
    was, now = (shape_of(value_in(note.value or b"")) for note in (one, other))
    return "gives another value" if was == now else f"gives {now}, not {was}"


@dataclass(frozen=True, slots=True)
class Failure:
    """An engine has failed at a dataflow whose `order` is known; `sends` pickles what goes to other processes."""

    error: Exception
    order: Sequence[str]
    replay: Replay
    plain: Values
    noted: Values
    sends: Callable[[Any], bytes] | None

    def blamed(self, alone: Callable[[str], object] | None) -> Found | None:
        """The node that it failed at; None where that is not certain. `alone` has the engine compute one node."""
        return None if _is_of_cluster(self.error) else next(self._suspects(alone), None)

    def _suspects(self, alone: Callable[[str], object] | None) -> Iterator[Found]:
        raised = {node: note.error for (node, _), note in self.noted.items() if note.error}
        fine = {node for (node, _), note in self.plain.items() if not note.error}
        yield from ((name, f"raises {raised[name]}") for name in self.order if name in raised and name in fine)
        if self.sends is not None and alone is not None:
            yield from self._one_by_one(alone)
        elif self.sends is not None:
            yield from self._unsendable(self.sends)

    def _one_by_one(self, alone: Callable[[str], object]) -> Iterator[Found]:
        for name in self.order:
            try:
                alone(name)
            except Exception as error:
                if not _is_of_cluster(error):
                    yield name, f"fails with {said_of(error)[:_LONGEST]}"
                return

    def _unsendable(self, sends: Callable[[Any], bytes]) -> Iterator[Found]:
        """Of the blocks, whose elements are sent: the nodes, and what goes in and out."""
        for name in self.order:
            if name in self.replay.left_out and (why := _refusal(sends, self.replay.nodes[name])):
                yield name, f"cannot be sent to another process: {why[:_LONGEST]}"
            notes = [note for (node, _), note in self.plain.items() if node == name]
            if self._is_sent(name) and any(note.value is None and not note.error for note in notes):
                yield name, "gives a value that cannot be sent to another process"

    def _is_sent(self, name: str) -> bool:
        readers = [one for one in self.replay.nodes if name in self.replay.needed_by(one)]
        of_block = [one for one in readers if one in self.replay.left_out]
        is_within = name in self.replay.left_out
        return any(not is_within or has_role(self.replay.nodes[one], "COLLECT") for one in of_block) or has_role(
            self.replay.nodes[name], "EXPAND"
        )


def _is_of_cluster(error: BaseException) -> bool:
    """Whether it is the engine that gave up: a worker has died, or was not to be had."""
    return f"{type(unwrapped(error)).__module__}.".startswith(_CLUSTERS)


def _refusal(sends: Callable[[Any], bytes], value: Any) -> str:
    """Why it cannot be sent to another process, "" where it can."""
    try:
        sends(value)
    except Exception as error:
        return said_of(error)
    return ""


def sender_of(engine: str) -> Callable[[Any], bytes] | None:
    """The function by which the engine pickles what goes to its processes; None where all is done in this one."""
    home = {"processes": "pickle", "dask": "cloudpickle", "ray": "ray.cloudpickle"}.get(engine)
    dumps: Callable[[Any], bytes] | None = importlib.import_module(home).dumps if home else None
    return dumps


def divergence(found: Found, replay: Replay, root: Any, reason: str) -> DivergenceFacts:
    """What was found, with the place of the node."""
    name, outcome = found
    return DivergenceFacts(name, location_of_node(replay.nodes[name], root), outcome, reason)


def changed_in_place(order: Sequence[str], replay: Replay, entering: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(node, what it changes in place) of a play in this order, in which the values are shared."""
    from windtunnel.collectors.replay import Raised, copied

    values = dict(entering)
    for name in order:
        needed = replay.needed_by(name)
        if name in replay.left_out or any(one not in values for one in needed):
            continue
        before = {one: copied(values[one]) for one in needed}
        value = replay.call(name, {one: values[one] for one in needed})
        yield from ((name, one) for one in needed if same(before[one], values[one]) is False)
        if not isinstance(value, Raised):
            values[name] = value


def upstream_of(name: str, replay: Replay) -> Collection[str]:
    """All that a node is computed from."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for one in replay.needed_by(waiting.pop()):
            if one not in found:
                found.add(one)
                waiting += [one] if one in replay.nodes else []
    return found
