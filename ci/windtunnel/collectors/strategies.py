"""Hypothesis strategies for the arguments of one function: what annotations, contracts and text say."""

from __future__ import annotations

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
from windtunnel.collectors.strategies_bounds import Bounds, TooLittle
from windtunnel.collectors.strategies_keys import Keys, keys_read
from windtunnel.collectors.strategies_scalars import Strategy
from windtunnel.collectors.strategies_types import TypeStrategies

MOST_ROWS = 8
# A text by such a name is a place: what is drawn for it does not exist, or would be written.
_PLACES = re.compile(r"(^|_)(path|paths|file|files|filename|filepath|folder|dir|directory|url|uri|bucket|host|dsn)$")

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of values by the name of the node or input that they are of: from the module, from its owner."""

    produced: Mapping[str, Produced]
    declared: Declared = field(default_factory=Declared)

    def least_rows(self, subject: Subject) -> int:
        """How few rows the tables of a function can have, as far as its owner says."""
        return max((self.declared.least_rows(name) for name in sources(subject)), default=0)


def sources(subject: Subject) -> Iterator[str]:
    """The nodes and inputs that a function takes its arguments from."""
    for binding in subject.bindings:
        for parameter in subject.parameters:
            yield getattr(binding.get(parameter.name), "source", parameter.name)


def arguments(subject: Subject, known: Known) -> st.SearchStrategy[Arguments]:
    """Keyword arguments for one call; an argument left out takes its default.

    TooLittle, with a text that names the parameter, where one of them cannot be drawn.
    """
    return st.one_of([_bound(subject, binding, known) for binding in subject.bindings])


def _bound(subject: Subject, binding: Mapping[str, Any], known: Known) -> st.SearchStrategy[Arguments]:
    """All tables of one call have equally many rows: in a dataflow they are columns of the same frame."""
    drawn = [_Parameters(subject, binding, known, rows) for rows in range(1, MOST_ROWS + 1)]
    if not drawn[0].types.tables:
        return drawn[0].strategy
    return st.integers(0, MOST_ROWS - 1).flatmap(lambda place: drawn[place].strategy)


class _Parameters:
    """The arguments of one binding, with tables of a given number of rows."""

    def __init__(self, subject: Subject, binding: Mapping[str, Any], known: Known, rows: int) -> None:
        self.types = TypeStrategies(rows)
        self._subject = subject
        self._binding = binding
        self._known = known
        self._keys = keys_read(subject.function.function)
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
        """Nothing where the type says too little: then the default alone is tried."""
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
        known = self._known.produced.get(source)
        keys = self._keys.get(name, Keys())
        bounds = replace(known.bounds if known else Bounds(), keys=keys.needed, optional_keys=keys.wanted)
        try:
            return self.types.of(annotation, bounds)
        except TooLittle:
            if known is None:
                raise
            return self._from_producer(annotation, known.type, bounds)

    def _from_producer(self, annotation: Any, produced: Any, bounds: Bounds) -> Strategy:
        try:
            return self.types.of(produced, bounds)
        except TooLittle:
            return self.types.of(annotation, bounds)
