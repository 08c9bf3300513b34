"""What real runs have given to the functions of a module: recorded dataflows, read in the child that tries them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from windtunnel.collectors.hamilton_subjects import Subject
from windtunnel.collectors.persons import Persons
from windtunnel.collectors.properties_calls import copied
from windtunnel.collectors.recorded import read_recorded
from windtunnel.collectors.replay import NotReplayable, Replay

# Each is a task of its own; the first few show what there is to see, of a module and of a function.
_MOST, _NEAR = 24, 3
# A text that is no date. Numbers that stand in no quotes are what tables consist of.
_QUOTED = re.compile(r"'(?!\d{4}-\d\d-\d\d)[^']*'")
_ABSENT = object()


class Past:
    """The values of one dataflow that a task drove, by the names of nodes, inputs and entries of the configuration."""

    def __init__(self, replay: Replay, dag_path: str) -> None:
        self.dag_path = dag_path
        self._replay = replay
        self._known: dict[str, Any] = {}

    @property
    def told(self) -> str:
        """Whose values these are."""
        recorded = self._replay.recorded
        return f"task {recorded.task_id!r} of DAG {recorded.dag_id!r}"

    def has(self, name: str) -> bool:
        """Whether there is a value of that name, and it could be kept."""
        return self._value(name) is not _ABSENT

    def value(self, name: str) -> Any:
        """A copy of the value that there was."""
        return copied(self._value(name))

    def decides(self, name: str) -> bool:
        """Whether it is an entry of the configuration: another value would make another graph."""
        return name in self._replay.recorded.config

    def _value(self, name: str) -> Any:
        if name not in self._known:
            try:
                is_of_elements = self._replay.is_of_elements(name)  # what was kept is all of them, or the only one
                self._known[name] = _ABSENT if is_of_elements else self._replay.value_of(name)
            except (NotReplayable, KeyError):
                self._known[name] = _ABSENT
        return self._known[name]


def pasts_in(files: Mapping[str, str], module: str) -> tuple[Past, ...]:
    """The recorded dataflows that a module was part of, as far as they can be made again here.

    `files` are theirs, each with the path of the DAG's. They come in the order of their tasks' names, whichever ended
    first.
    """
    return tuple(sorted(_pasts(files, module), key=lambda past: past.told)[:_MOST])


def _pasts(files: Mapping[str, str], module: str) -> Iterator[Past]:
    for file, dag_path in files.items():
        recorded = read_recorded(file)
        if module in (name for name, _ in recorded.modules):
            try:
                yield Past(Replay(recorded), dag_path)
            except NotReplayable:
                continue


def nearest(pasts: Iterable[Past], names: Collection[str]) -> tuple[Past, ...]:
    """The first few of those that have most of what goes by these names."""
    known = [(sum(past.has(name) for name in names), past) for past in pasts]
    most = max((count for count, _ in known), default=0)
    return tuple(past for count, past in known if count == most and count)[:_NEAR]


def as_recorded(subject: Subject, binding: Mapping[str, Any], past: Past) -> dict[str, Any] | None:
    """The arguments that a function was given; None where one of them could not be kept."""
    found: dict[str, Any] = {}
    for parameter in subject.parameters:
        dependency = binding.get(parameter.name)
        value = _bound(parameter.name, dependency, past)
        if value is not _ABSENT:
            found[parameter.name] = value
        elif parameter.default is parameter.empty or dependency is not None:
            return None
    return found


def _bound(name: str, dependency: Any, past: Past) -> Any:
    """By Hamilton's dependencies: a fixed value, a source, or a group of both."""
    if hasattr(dependency, "value"):
        return dependency.value
    group = getattr(dependency, "sources", None)
    if group is None:
        source = getattr(dependency, "source", name)
        return past.value(source) if past.has(source) else _ABSENT
    keyed = group if isinstance(group, Mapping) else dict(enumerate(group))
    parts = {key: _bound(name, one, past) for key, one in keyed.items()}
    if any(part is _ABSENT for part in parts.values()):
        return _ABSENT
    return parts if isinstance(group, Mapping) else list(parts.values())


def hidden(arguments: Mapping[str, Any]) -> Callable[[str], str]:
    """What leaves out of a text what of these arguments no report may show, and any text that looks like it."""
    if "pandas" not in sys.modules:
        return Persons(frozenset()).without
    persons = Persons.of(arguments)
    plain = Persons(frozenset())

    def without(text: str) -> str:
        for known in sorted(persons.texts, key=len, reverse=True):
            text = text.replace(known, "…")
        return _QUOTED.sub(lambda found: plain.without(found[0]), text)

    return without
