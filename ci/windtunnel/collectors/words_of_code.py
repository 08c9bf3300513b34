"""The names and the texts in the code of a Hamilton node, and in the functions of the user's that it calls."""

from __future__ import annotations

import inspect
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

_MOST_FUNCTIONS = 200
_NOT_THE_USERS = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})


class Words(NamedTuple):
    """`names` are those of variables of modules and of attributes, `texts` the literal ones."""

    names: frozenset[str]
    texts: frozenset[str]


def words_of(node: Any) -> Words:
    """All that the node may say. One that a decorator has made of a column says the column's name."""
    functions = [inspect.unwrap(function) for function in node.originating_functions or ()]
    made = {node.name} if functions and functions[0].__name__ != node.name else set()
    codes = list(_codes(functions))
    names = {name for code in codes for name in code.co_names}
    return Words(frozenset(names), frozenset(made.union(*map(_texts, codes))))


def _codes(known: list[Any]) -> Iterator[CodeType]:
    """The code of these functions, of those within them, and of the user's functions and classes that they name."""
    seen: set[Any] = set()
    while known and len(seen) < _MOST_FUNCTIONS:
        thing = known.pop()
        if isinstance(thing, type) and thing.__module__ != "builtins":
            known += map(_function_of, vars(thing).values())
        elif isinstance(thing, FunctionType) and thing not in seen and not _is_foreign(thing):
            seen.add(thing)
            for code in _within(thing.__code__):
                yield code
                known += _named(code, thing.__globals__)


def _named(code: CodeType, known: Mapping[str, Any]) -> Iterator[Any]:
    """What the code names: things of its own module, modules, and things of these."""
    named = [known[name] if name in known else sys.modules.get(name) for name in code.co_names]
    for thing in named:
        if isinstance(thing, ModuleType):
            yield from (vars(thing)[name] for name in code.co_names if name in vars(thing))
        elif isinstance(thing, FunctionType | type):
            yield thing if isinstance(thing, type) else inspect.unwrap(thing)
        elif type(thing).__module__ == "functools":  # what a cache or a partial stands for
            yield getattr(thing, "__wrapped__", None) or getattr(thing, "func", None)


def _function_of(member: Any) -> Any:
    """What stands behind a static method, a class method, or a property."""
    return getattr(member, "__func__", None) or (member.fget if isinstance(member, property) else member)


def _is_foreign(function: FunctionType) -> bool:
    return function.__code__.co_filename.startswith(_NOT_THE_USERS)


def _within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _within(constant)


def _texts(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        yield from (word for word in _elements(constant) if isinstance(word, str))


def _elements(constant: Any) -> tuple[Any, ...]:
    return tuple(constant) if isinstance(constant, tuple | frozenset) else (constant,)
