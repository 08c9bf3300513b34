"""Hypothesis strategies for the arguments of one function: what annotations, contracts and text say."""

from __future__ import annotations

import contextlib
import inspect
import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from windtunnel.collectors.declared import Declared
from windtunnel.collectors.hamilton_functions import type_text
from windtunnel.collectors.hamilton_subjects import Produced, Subject
from windtunnel.collectors.past import Past
from windtunnel.collectors.strategies_bounds import Bounds, TooLittle, annotated_bounds
from windtunnel.collectors.strategies_keys import Keys, keys_read
from windtunnel.collectors.strategies_recorded import near, that_vary
from windtunnel.collectors.strategies_scalars import Strategy
from windtunnel.collectors.strategies_types import TypeStrategies

MOST_ROWS = 8
# A text by such a name is a place: what is drawn for it does not exist, or would be written.
_PLACES = re.compile(r"(^|_)(path|paths|file|files|filename|filepath|folder|dir|directory|url|uri|bucket|host|dsn)$")

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of values by the name of the node or input that they are of.

    From the module, from its owner, and from what real runs have given to it.
    """

    produced: Mapping[str, Produced]
    declared: Declared = field(default_factory=Declared)
    pasts: tuple[Past, ...] = ()

    def least_rows(self, subject: Subject) -> int:
        """How few rows the tables of a function can have, as far as its owner says."""
        return max((self.declared.least_rows(name) for name in sources(subject)), default=0)


def _source(binding: Mapping[str, Any], name: str) -> str:
    """The node or input that a parameter takes its value from."""
    return str(getattr(binding.get(name), "source", name))


def sources(subject: Subject) -> Iterator[str]:
    """The nodes and inputs that a function takes its arguments from."""
    for binding in subject.bindings:
        for parameter in subject.parameters:
            yield _source(binding, parameter.name)


def arguments(subject: Subject, known: Known) -> st.SearchStrategy[Arguments]:
    """Keyword arguments for one call; an argument left out takes its default.

    Near those of real runs where there were any. TooLittle, with a text that names the parameter, where one of them
    cannot be drawn.
    """
    recorded = list(_recorded(subject, known))
    return st.one_of(recorded or [_bound(subject, binding, known, None) for binding in subject.bindings])


def _recorded(subject: Subject, known: Known) -> Iterator[st.SearchStrategy[Arguments]]:
    for past in known.pasts:
        for binding in subject.bindings:
            with contextlib.suppress(TooLittle):
                yield _bound(subject, binding, known, past)


def _bound(
    subject: Subject, binding: Mapping[str, Any], known: Known, past: Past | None
) -> st.SearchStrategy[Arguments]:
    """All tables of one call have equally many rows: in a dataflow they are columns of the same frame."""
    first = _Parameters(subject, binding, known, past, 1)
    if not first.types.tables:
        return first.strategy
    drawn = [first, *(_Parameters(subject, binding, known, past, rows) for rows in range(2, MOST_ROWS + 1))]
    return st.integers(0, MOST_ROWS - 1).flatmap(lambda place: drawn[place].strategy)


def _tables(subject: Subject, binding: Mapping[str, Any], past: Past) -> dict[str, Any]:
    """What the function was given by real nodes and inputs, by their names."""
    names = [_source(binding, parameter.name) for parameter in subject.parameters]
    return {name: past.value(name) for name in names if past.has(name)}


class _Parameters:
    """The arguments of one binding, with tables of a given number of rows."""

    def __init__(
        self, subject: Subject, binding: Mapping[str, Any], known: Known, past: Past | None, rows: int
    ) -> None:
        self.types = TypeStrategies(rows)
        self._subject = subject
        self._binding = binding
        self._known = known
        self._past = past
        self._keys = keys_read(subject.function.function)
        self._vary = that_vary(_tables(subject, binding, past)) if past is not None else frozenset()
        self.strategy = self._all(subject.parameters)

    def _all(self, parameters: Iterable[inspect.Parameter]) -> st.SearchStrategy[Arguments]:
        required: dict[str, Strategy] = {}
        optional: dict[str, Strategy] = {}
        for parameter in parameters:
            if parameter.default is parameter.empty or parameter.name in self._binding:
                required[parameter.name] = self._one(parameter)
            else:
                optional |= self._with_default(parameter)
        return st.fixed_dictionaries(required, optional=optional)

    def _with_default(self, parameter: inspect.Parameter) -> dict[str, Strategy]:
        """Nothing where the type says too little, or where real runs gave none: then the default alone is tried."""
        if self._past is not None and not self._past.has(parameter.name):
            return {}
        try:
            return {parameter.name: self._one(parameter)}
        except TooLittle:
            return {}

    def _one(self, parameter: inspect.Parameter) -> Strategy:
        annotation = self._subject.hints.get(parameter.name, Any)
        dependency = self._binding.get(parameter.name)
        try:
            return self._of(parameter.name, annotation, dependency)
        except TooLittle as reason:
            raise TooLittle(f"parameter '{parameter.name}: {type_text(annotation)}' {reason}") from None

    def _of(self, name: str, annotation: Any, dependency: Any) -> Strategy:
        """By Hamilton's dependencies: a fixed value, a source, or a group of both."""
        if hasattr(dependency, "value"):
            return st.just(dependency.value)
        group = getattr(dependency, "sources", None)
        if isinstance(group, Mapping):
            element = typing.get_args(annotation)[-1]
            return st.fixed_dictionaries({key: self._of(key, element, one) for key, one in group.items()})
        if group is not None:
            element = typing.get_args(annotation)[0]
            return st.tuples(*(self._of(name, element, one) for one in group)).map(list)
        return self._drawn(name, annotation, getattr(dependency, "source", name))

    def _drawn(self, name: str, annotation: Any, source: str) -> Strategy:
        """As the owner declares; else from the annotation, and then from the type of the node that makes the value."""
        if (declared := self._known.declared.strategy_for(source)) is not None:
            return typing.cast("Strategy", declared)
        if annotation in (str, str | None) and _PLACES.search(name):
            raise TooLittle("names a place outside")
        if self._past is not None and self._past.has(source):
            return self._near(annotation, source, self._past)
        known = self._known.produced.get(source)
        keys = self._keys.get(name, Keys())
        bounds = replace(known.bounds if known else Bounds(), keys=keys.needed, optional_keys=keys.wanted)
        try:
            return self.types.of(annotation, bounds)
        except TooLittle:
            if known is None:
                raise
            return self._from_producer(annotation, known.type, bounds)

    def _near(self, annotation: Any, source: str, past: Past) -> Strategy:
        value = past.value(source)
        if past.decides(source) or typing.get_origin(annotation) is typing.Literal:
            return st.just(value)
        known = self._known.produced.get(source)
        bounds = known.bounds if known else Bounds()
        if typing.get_origin(annotation) is typing.Annotated:
            bounds = annotated_bounds(bounds, typing.get_args(annotation)[1:])
        return near(value, bounds, self._known.declared.least_rows(source), varies=source in self._vary)

    def _from_producer(self, annotation: Any, produced: Any, bounds: Bounds) -> Strategy:
        try:
            return self.types.of(produced, bounds)
        except TooLittle:
            return self.types.of(annotation, bounds)
