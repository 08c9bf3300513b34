"""The names and the texts in the code of a Hamilton node, and in the functions of the user's that it calls."""

from __future__ import annotations

import inspect
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, NamedTuple

_MOST_FUNCTIONS = 5000
_NOT_THE_USERS = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})


class Words(NamedTuple):
    """`names` are those of variables of modules and of attributes, `texts` the literal ones."""

    names: frozenset[str]
    texts: frozenset[str]


def words_of(node: Any) -> Words:
    """All that the node may say. One that a decorator has made of a column says the column's name."""
    functions = [inspect.unwrap(function) for function in node.originating_functions or ()]
    made = {node.name} if functions and functions[0].__name__ != node.name else set()
    names, texts = _words(_codes(functions))
    return Words(names, texts | made)


def words_at(frame: FrameType) -> Words:
    """All that the code at work in a frame may say."""
    named = list(_named(frame.f_code, frame.f_globals))
    return _words((*_within(frame.f_code), *_codes(named)))


def words_around(frame: FrameType) -> Words:
    """All that the modules may say which the code in a frame belongs to, or names: what it has got may go to them."""
    modules = [value for value in frame.f_globals.values() if isinstance(value, ModuleType)]
    known = [thing for module in modules if _is_users(module) for thing in vars(module).values()]
    known += [*frame.f_globals.values(), *_named_modules(frame.f_code)]
    return _words((*_within(frame.f_code), *_codes([real for thing in known for real in _behind(thing)])))


def _behind(thing: Any) -> Iterator[Any]:
    """The class, or the function behind a decorated one, be it a decorator of Airflow's."""
    if isinstance(thing, type):
        yield thing
    elif isinstance(thing, FunctionType):
        yield inspect.unwrap(thing)
    elif type(thing).__module__ == "functools":  # what a cache or a partial stands for
        yield getattr(thing, "__wrapped__", None) or getattr(thing, "func", None)
    elif type(thing).__module__.startswith("airflow."):
        yield getattr(thing, "function", None)


def _named_modules(code: CodeType) -> Iterator[Any]:
    """What is in the user's modules that code imports when it runs, by whatever part of their names."""
    known = [(name, module) for name, module in sys.modules.items() if _is_users(module)]
    words = set(code.co_names)
    for name, module in known:
        if name in words or name.rpartition(".")[2] in words:
            yield from vars(module).values()


def _is_users(module: Any) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and not file.startswith(_NOT_THE_USERS)


def _words(codes: Iterable[CodeType]) -> Words:
    known = list(codes)
    names = {name for code in known for name in code.co_names}
    return Words(frozenset(names), frozenset(text for code in known for text in _texts(code)))


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
        else:
            yield from _behind(thing)


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
