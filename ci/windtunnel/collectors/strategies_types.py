"""One annotation turned into a Hypothesis strategy, if it says enough about the values that it stands for."""

from __future__ import annotations

import collections
import collections.abc
import enum
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from windtunnel.collectors import strategies_tables as tables
from windtunnel.collectors.annotations import named_type
from windtunnel.collectors.strategies_bounds import Bounds, TooLittle, annotated_bounds
from windtunnel.collectors.strategies_scalars import Strategy, scalars

_LISTS = {
    list, collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Collection,
    collections.abc.Iterable, collections.abc.Container, collections.abc.Reversible,
}  # fmt: skip
_SETS = {set, collections.abc.Set, collections.abc.MutableSet}
_MAPPINGS = {dict, collections.abc.Mapping, collections.abc.MutableMapping}
_CONTAINERS = {*_LISTS, *_SETS, *_MAPPINGS, tuple, frozenset}
_TRANSPARENT = {"Required", "NotRequired", "ReadOnly", "Final", "ClassVar"}
_OUTSIDE = {"Path", "PosixPath", "PurePath", "PurePosixPath"}
_NOTHING = "says nothing about its values"
_HOLDS = "does not say what it holds"


class TypeStrategies:
    """Strategies for one set of arguments: every table has `rows` rows, as the columns of one frame have.

    `tables` tells afterwards whether there was a table at all.
    """

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.tables = False
        self._classes: dict[type, Strategy] = {}

    def of(self, annotation: Any, bounds: Bounds | None = None) -> Strategy:
        """The strategy of one annotation, narrowed by `bounds`; TooLittle if it does not say enough."""
        bounds = bounds or Bounds()
        if typing.get_origin(annotation) is typing.Annotated:
            base, *metadata = typing.get_args(annotation)
            if tables.is_series(base):
                return self._column(base, metadata[0], annotated_bounds(bounds, metadata[1:]))
            return self.of(base, annotated_bounds(bounds, metadata))
        if bounds.strategy is not None:
            return typing.cast("Strategy", bounds.strategy)
        found = self._of_plain(annotation, bounds)
        for predicate in bounds.predicates:
            found = found.filter(predicate)
        return found

    def _of_plain(self, annotation: Any, bounds: Bounds) -> Strategy:
        if annotation is Any and bounds.values:
            return st.sampled_from(bounds.values)
        origin = typing.get_origin(annotation)
        named = named_type(annotation)
        if named is not None:
            return self.of(named, bounds)
        if isinstance(annotation, typing.TypeVar):
            return self._of_variable(annotation, bounds)
        if annotation is None or annotation is type(None):
            return st.none()
        if origin is None:
            return self._of_class(annotation, bounds)
        return self._of_generic(origin, typing.get_args(annotation), bounds)

    def _of_variable(self, variable: typing.TypeVar, bounds: Bounds) -> Strategy:
        if variable.__constraints__:
            return self.of(variable.__constraints__[0], bounds)
        if variable.__bound__ is not None:
            return self.of(variable.__bound__, bounds)
        raise TooLittle(_NOTHING)

    def _of_generic(self, origin: Any, parts: tuple[Any, ...], bounds: Bounds) -> Strategy:
        if origin is typing.Literal:
            return st.sampled_from([part for part in parts if not bounds.values or part in bounds.values] or parts)
        if origin in (typing.Union, types.UnionType):
            return st.one_of([self.of(part, bounds) for part in parts])
        if getattr(origin, "_name", None) in _TRANSPARENT:
            return self.of(parts[0], bounds)
        if tables.is_array(origin):
            return self._array(parts, bounds)
        if tables.is_schema_frame(origin):
            self.tables = True
            return tables.schema_frames(parts[0], self.rows)
        return self._of_container(origin, parts, bounds)

    def _of_container(self, origin: Any, parts: tuple[Any, ...], bounds: Bounds) -> Strategy:
        if origin is tuple:
            return self._tuple(parts, bounds)
        if origin in _MAPPINGS:
            return self._mapping(parts, bounds)
        if origin is collections.OrderedDict:
            return self._mapping(parts, bounds).map(collections.OrderedDict)
        kind = _list_like(origin)
        if kind is None:
            raise TooLittle(_unmakeable(origin))
        unique = kind in (set, frozenset)
        element = self.of(parts[0], Bounds(keys=bounds.keys, optional_keys=bounds.optional_keys))
        elements = st.lists(element, min_size=bounds.min_size, max_size=bounds.most, unique=unique)
        return elements if kind is list else elements.map(kind)

    def _tuple(self, parts: tuple[Any, ...], bounds: Bounds) -> Strategy:
        if len(parts) == 2 and parts[1] is Ellipsis:
            elements = st.lists(self.of(parts[0]), min_size=bounds.min_size, max_size=bounds.most)
            return elements.map(tuple)
        return st.tuples(*(self.of(part) for part in parts))

    def _mapping(self, parts: tuple[Any, Any], bounds: Bounds) -> Strategy:
        key, value = parts
        if key is str and (bounds.keys or bounds.optional_keys):
            return st.fixed_dictionaries(
                {name: self.of(value) for name in bounds.keys},
                optional={name: self.of(value) for name in bounds.optional_keys},
            )
        return st.dictionaries(self.of(key), self.of(value), min_size=bounds.min_size, max_size=bounds.most)

    def _column(self, base: Any, element: Any, bounds: Bounds) -> Strategy:
        self.tables = True
        plain = tables.python_type(element)
        if plain is None:
            raise TooLittle(_HOLDS)
        return tables.columns(base, self.of(plain, bounds), element, self.rows)

    def _array(self, parts: tuple[Any, ...], bounds: Bounds) -> Strategy:
        self.tables = True
        dtype = typing.get_args(parts[-1])
        plain = tables.python_type(dtype[0]) if dtype else None
        if plain is None:
            raise TooLittle(_HOLDS)
        return tables.arrays(self.of(plain, bounds), dtype[0], self.rows)

    def _of_class(self, cls: Any, bounds: Bounds) -> Strategy:
        scalar = scalars(cls, bounds)
        if scalar is not None:
            return scalar
        if isinstance(cls, type) and issubclass(cls, enum.Enum) and len(cls):
            return st.sampled_from(list(cls))
        if not isinstance(cls, type) or tables.fields(cls) is None:
            raise TooLittle(_unmakeable(cls))
        if cls not in self._classes:
            self._classes[cls] = st.deferred(lambda: self._classes[cls])
            self._classes[cls] = self._record(cls)
        return self._classes[cls]

    def _record(self, cls: type) -> Strategy:
        """Objects of a class that declares its fields; what its own validation refuses does not exist."""
        fields = tables.fields(cls) or {}
        required = {name: self.of(kind) for name, (kind, needed) in fields.items() if needed}
        optional = {name: self.of(kind) for name, (kind, needed) in fields.items() if not needed}
        drawn = st.fixed_dictionaries(required, optional=optional)
        if typing.is_typeddict(cls) or cls.__class__.__name__ == "_TypedDictMeta":
            return drawn
        return drawn.map(lambda values: _made(cls, values)).filter(lambda made: made is not _REFUSED)


_REFUSED = object()


def _list_like(origin: Any) -> Callable[[Any], Any] | None:
    """What makes a container of this kind of a list."""
    if origin in _LISTS or tables.is_collect(origin):
        return list
    if origin in _SETS:
        return set
    return origin if origin in (frozenset, collections.deque) else None


def _made(cls: Callable[..., Any], values: Mapping[str, Any]) -> Any:
    try:
        return cls(**values)
    except Exception:
        return _REFUSED


def _unmakeable(cls: Any) -> str:
    if tables.is_series(cls) or tables.is_array(cls) or cls in {*_LISTS, *_SETS, *_MAPPINGS, tuple, frozenset}:
        return _HOLDS
    if tables.is_frame(cls):
        return "does not say its columns"
    if cls in (Any, object):
        return _NOTHING
    if cls in (collections.abc.Iterator, collections.abc.Generator):
        return "can be read only once"
    if cls is collections.abc.Callable:
        return "is a function"
    if getattr(cls, "__name__", "") in _OUTSIDE:
        return "names a place outside"
    return "is of a class that does not declare its fields"
