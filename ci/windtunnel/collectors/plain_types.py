"""An annotation as an expression that tests a value, for code that needs no windtunnel."""

from __future__ import annotations

import collections.abc
import types
import typing
from typing import Any

from windtunnel.collectors.annotations import named_type

# int passes for float, and numpy's numbers for Python's.
_NUMBERS = {float: "numbers.Real", int: "numbers.Integral", complex: "numbers.Complex"}
_OF_ONE = (list, set, frozenset, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Set)


def told_by(annotation: Any, name: str, depth: int = 0) -> str:
    """What is true of the value called `name` if it is what the annotation says, as far as an expression can tell."""
    named = named_type(annotation)
    if named is not None:
        return told_by(named, name, depth)
    if annotation is None or annotation is type(None):
        return f"{name} is None"
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return told_by(parts[0], name, depth)
    if origin in (typing.Union, types.UnionType):
        return "(" + " or ".join(told_by(part, name, depth) for part in parts) + ")"
    if origin is typing.Literal:
        return f"{name} in {parts!r}"
    cls = origin or annotation
    if not isinstance(cls, type) or cls is object:
        return "True"
    return " and ".join([_instance(cls, name), *_inside(cls, parts, name, depth)])


def _instance(cls: type, name: str) -> str:
    if cls in _NUMBERS:
        return f"isinstance({name}, {_NUMBERS[cls]})"
    return f"isinstance({name}, {_spelt(cls)})"


def _spelt(cls: type) -> str:
    """As the test imports it: pandas and numpy by their short names, builtins without any."""
    package = cls.__module__.partition(".")[0]
    short = {"pandas": "pd", "numpy": "np", "builtins": ""}.get(package, cls.__module__)
    return f"{short}.{cls.__name__}".lstrip(".")


def _inside(cls: type, parts: tuple[Any, ...], name: str, depth: int) -> list[str]:
    one, other = f"one{depth or ''}", f"value{depth or ''}"
    if cls is tuple and parts and parts[-1] is not Ellipsis:
        each = [told_by(part, f"{name}[{place}]", depth + 1) for place, part in enumerate(parts)]
        return [f"len({name}) == {len(parts)}", *each]
    if issubclass(cls, collections.abc.Mapping) and len(parts) == 2:
        inner = f"{told_by(parts[0], one, depth + 1)} and {told_by(parts[1], other, depth + 1)}"
        return [f"all({inner} for {one}, {other} in {name}.items())"]
    if parts and (cls is tuple or cls in _OF_ONE):
        return [f"all({told_by(parts[0], one, depth + 1)} for {one} in {name})"]
    return []


def imports_in(expression: str) -> set[str]:
    """The modules that the expression names in full."""
    found = {"import numbers"} if "numbers." in expression else set()
    for word in expression.replace("(", " ").replace(",", " ").replace(")", " ").split():
        home = word.rpartition(".")[0]
        if home and home.isidentifier() is False and all(part.isidentifier() for part in home.split(".")):
            found.add(f"import {home}")
    return found
