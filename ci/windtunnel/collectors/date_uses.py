"""Whether the text of a function selects by two names for points in time, or only prints them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import cache

from windtunnel.collectors.callables import Text

_TELLING = frozenset({"print", "debug", "info", "warning", "error", "exception", "log"})


@cache
def selects_by(text: Text, names: tuple[str, ...]) -> bool:
    """Whether the function uses all of the names; not where it compares them with each other, or sets one anew."""
    used = {name for node in _unless_told(text.node) for name in (*_mentioned(node), *_literal(node))}
    return used.issuperset(names) and not any(_is_care(node, names) for node in ast.walk(text.node))


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
        compared = [name for side in (node.left, *node.comparators) for name in _all_names(side)]
        return set(names) <= set(compared)
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
