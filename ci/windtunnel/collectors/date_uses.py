"""Whether the text of a function selects by two names for points in time, or only prints them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import cache

from windtunnel.collectors.callables import Text

_TELLING = frozenset({"print", "debug", "info", "warning", "error", "exception", "log"})


@cache
def selects_by(texts: tuple[Text, ...], names: tuple[str, ...]) -> bool:
    """Whether a function and those that it calls use all of the names between them.

    Not where one of them compares the names with each other, or sets one anew; nor where one that is called does that
    with its parameters, which may be these.
    """
    used = {name for text in texts for node in _unless_told(text.node) for name in (*_mentioned(node), *_literal(node))}
    if not used.issuperset(names):
        return False
    minded = [(texts[0], names), *((text, (*names, *_parameters(text))) for text in texts[1:])]
    return not any(_is_care(node, known) for text, known in minded for node in ast.walk(text.node))


def _parameters(text: Text) -> Iterator[str]:
    given = text.node.args
    yield from (argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs))


def _unless_told(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below, but for what is printed or logged, and for the names of parameters."""
    yield node
    if isinstance(node, ast.Call) and _name(node.func) in _TELLING:
        return
    for inner in ast.iter_child_nodes(node):
        yield from _unless_told(inner)


def _is_care(node: ast.AST, names: Collection[str]) -> bool:
    """Whether this looks at what lies between the two, or makes one of them another."""
    if isinstance(node, ast.Compare):
        compared = {name for side in (node.left, *node.comparators) for name in _all_names(side)}
        return len(compared.intersection(names)) > 1
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in names


def _all_names(node: ast.AST) -> Iterator[str]:
    return (name for inner in ast.walk(node) for name in (*_mentioned(inner), *_literal(inner)))


def _mentioned(node: ast.AST) -> Iterator[str]:
    if name := _name(node):
        yield name


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _literal(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


@cache
def called_names(text: Text) -> tuple[str, ...]:
    """The names of what a function calls, `helper` or `module.helper`, but for what it prints or logs by."""
    calls = [node.func for node in _unless_told(text.node) if isinstance(node, ast.Call)]
    plain = [func.id for func in calls if isinstance(func, ast.Name)]
    inner = [func for func in calls if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name)]
    dotted = [f"{_name(func.value)}.{func.attr}" for func in inner]
    return tuple(dict.fromkeys((*plain, *dotted)))
