"""Whether a value is of the type that an annotation says, deeply; where that cannot be known, it is."""

from __future__ import annotations

import collections.abc
import enum
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from windtunnel.collectors.annotations import named_type
from windtunnel.collectors.column_types import array_holds, holds

# Of each container: functions build their containers in loops, so the first elements are like the others.
_MOST_ELEMENTS = 100
# PEP 484 lets int pass for float; numpy's scalars are what its functions return.
_NUMPY = {int: ("integer", "bool_"), float: ("floating", "integer"), bool: ("bool_",), complex: ("number",)}
_WIDER: dict[Any, tuple[type, ...]] = {
    float: (int, float),
    complex: (int, float, complex),
    bytes: (bytes, bytearray, memoryview),
}
_VAGUE_HOMES = ("pandera.", "pyspark.", "typing")
_TRANSPARENT = {"Required", "NotRequired", "ReadOnly", "Final", "ClassVar"}
_ABSTRACT = {
    collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Collection,
    collections.abc.Iterable, collections.abc.Container, collections.abc.Reversible,
    collections.abc.Iterator, collections.abc.Generator,
}  # fmt: skip


def conforms(value: Any, annotation: Any, most: int = _MOST_ELEMENTS) -> bool:
    """False only where `value` certainly is not what `annotation` says.

    Of a container `most` elements are looked at, the first ones and the last, and half as many of those within.
    """
    if type(value) is annotation or annotation is None or annotation is type(None):
        return value is None or type(value) is annotation
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    named = named_type(annotation)
    if named is not None:
        return conforms(value, named, most)
    if origin is None:
        return _is_a(value, annotation, most)
    if origin is typing.Annotated:
        return conforms(value, parts[0], most) and holds(value, parts[1:])
    if getattr(origin, "_name", None) in _TRANSPARENT:
        return conforms(value, parts[0], most)
    if origin in (typing.Union, types.UnionType):
        return any(conforms(value, part, most) for part in parts)
    if origin is typing.Literal:
        return any(value == part and (type(value) is type(part) or not isinstance(part, bool)) for part in parts)
    return _is_generic(value, origin, parts, most)


def _is_a(value: Any, cls: Any, most: int) -> bool:
    if not isinstance(cls, type) or cls in (object, Any):
        return True
    if hasattr(cls, "__required_keys__"):
        return _is_typed_dict(value, cls, most)
    if _vague(cls):
        return True
    if isinstance(value, _WIDER.get(cls, (cls,))) or _numpy_passes(value, cls):
        return True
    return _duck(value, cls) or _lazily_named(value, cls)


def _vague(cls: type) -> bool:
    """A protocol, or a class whose own idea of its instances is not to be second-guessed.

    No file is an instance of typing.IO, and no table of Spark Connect one of the class that is annotated.
    """
    return getattr(cls, "_is_protocol", False) or str(getattr(cls, "__module__", "")).startswith(_VAGUE_HOMES)


def _numpy_passes(value: Any, cls: type) -> bool:
    numpy = sys.modules.get("numpy")
    if numpy is None or cls not in _NUMPY:
        return False
    return isinstance(value, tuple(getattr(numpy, name) for name in _NUMPY[cls]))


def _duck(value: Any, cls: Any) -> bool:
    """Arrays and columns pass for sequences: they only never registered as such."""
    return cls in _ABSTRACT and hasattr(value, "__iter__")


def _lazily_named(value: Any, cls: type) -> bool:
    """A class that was defined a second time under its name, by a module that was loaded again."""
    return any((one.__module__, one.__qualname__) == (cls.__module__, cls.__qualname__) for one in type(value).__mro__)


def _is_typed_dict(value: Any, cls: Any, most: int) -> bool:
    # under `from __future__ import annotations` Python takes every key for a required one
    hints = typing.get_type_hints(cls, include_extras=True)
    optional = {key for key, hint in hints.items() if getattr(typing.get_origin(hint), "_name", "") == "NotRequired"}
    if not isinstance(value, dict) or not set(cls.__required_keys__) - optional <= value.keys():
        return False
    return all(conforms(entry, hints[key], most) for key, entry in value.items() if key in hints)


def _is_generic(value: Any, origin: Any, parts: tuple[Any, ...], most: int) -> bool:
    if origin is type:
        return isinstance(value, type)
    if origin is collections.abc.Callable:
        return callable(value)
    if not isinstance(origin, type) or not _is_a(value, origin, most):
        return not isinstance(origin, type)
    if len(parts) == 2 and (origin.__module__, origin.__name__) == ("numpy", "ndarray"):
        return array_holds(value, parts[1])
    check = _elements(origin)
    return check is None or check(value, parts, most)


def _elements(origin: type) -> Callable[[Any, tuple[Any, ...], int], bool] | None:
    if origin is tuple:
        return _tuple
    if issubclass(origin, collections.abc.Mapping) and origin is not collections.Counter:
        return _mapping
    if origin in _ABSTRACT or issubclass(origin, list | set | frozenset | collections.deque | collections.abc.Set):
        return _each
    return None


def _tuple(value: Any, parts: tuple[Any, ...], most: int) -> bool:
    if len(parts) == 2 and parts[1] is Ellipsis:
        return _each(value, parts, most)
    if parts == ((),):
        return not value
    return len(value) == len(parts) and all(conforms(one, part, most) for one, part in zip(value, parts, strict=True))


def _mapping(value: Any, parts: tuple[Any, ...], most: int) -> bool:
    if len(parts) != 2:
        return True
    entries, deeper = islice(value.items(), most), _deeper(most)
    return all(conforms(key, parts[0], deeper) and conforms(entry, parts[1], deeper) for key, entry in entries)


def _each(value: Any, parts: tuple[Any, ...], most: int) -> bool:
    """Every element of what can be read again; the elements of a text are texts, and always will be."""
    if not parts or not isinstance(value, collections.abc.Sized) or isinstance(value, str | bytes | enum.EnumMeta):
        return True
    if inspect.isgenerator(value):
        return True
    deeper = _deeper(most)
    return all(conforms(one, parts[0], deeper) for one in _some(value, most))


def _some(value: Any, most: int) -> Iterable[Any]:
    if isinstance(value, list | tuple) and len(value) > most:
        return [*value[: most - 1], value[-1]]
    return islice(iter(value), most)


def _deeper(most: int) -> int:
    return max(most // 2, 2)
