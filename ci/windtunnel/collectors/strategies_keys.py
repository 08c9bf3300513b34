"""The keys of a dict that a function reads: its text says what its annotation cannot."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Keys:
    """What one name is subscripted with, which must be there, and what its `.get` asks for, which may."""

    needed: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()


def keys_read(function: Callable[..., Any]) -> dict[str, Keys]:
    """The keys by parameter. A parameter that is not subscripted itself has those of the local names.

    That is for a list of dicts, which is read by the name of a loop.
    """
    plain = inspect.unwrap(function)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(plain)))
    except (OSError, TypeError, SyntaxError):
        return {}
    found = list(_reads(tree, plain.__globals__))
    parameters = set(inspect.signature(plain).parameters)
    local = {name for name, _, _ in found} - parameters
    return {name: _keys(found, {name}) or _keys(found, local) or Keys() for name in parameters}


def _keys(found: list[tuple[str, str, bool]], names: set[str]) -> Keys | None:
    needed = {key for owner, key, must in found if owner in names and must}
    wanted = {key for owner, key, must in found if owner in names and not must} - needed
    return Keys(tuple(sorted(needed)), tuple(sorted(wanted))) if needed or wanted else None


def _reads(tree: ast.AST, scope: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """(name, key, whether it must be there) for each time that the text reads a key."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=key, ctx=ast.Load()):
                needed = True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[key, *_]):
                needed = False
            case _:
                continue
        text = _text(key, scope)
        if text is not None:
            yield name, text, needed


def _text(key: ast.expr, scope: Mapping[str, Any]) -> str | None:
    """The text itself, or that of the module's constant by this name."""
    named = scope.get(key.id) if isinstance(key, ast.Name) else None
    value = key.value if isinstance(key, ast.Constant) else named
    return value if isinstance(value, str) else None
