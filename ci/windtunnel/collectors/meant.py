"""Whether somebody may have meant to give up what a transaction has written: his code has a way that does."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

Place = tuple[str, int]
"""A file of the user's, and a line of it."""
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


def may_be_meant(stack: Sequence[Place]) -> bool:
    """Whether a function at work catches exceptions there, speaks of rollback, or commits on some ways only.

    `stack` has the innermost line first.
    """
    return any(_may_be_meant(*place, innermost=not number) for number, place in enumerate(stack))


def _may_be_meant(file: str, line: int, *, innermost: bool) -> bool:
    tree = _tree(file)
    if tree is None:
        return True
    function = _function_at(tree, line)
    if any(innermost or node.lineno <= line <= (node.end_lineno or 0) for node in _catching(function)):
        return True
    words = {word.lower() for node in ast.walk(function) for word in _words(node)}
    chooses = any(isinstance(node, ast.If | ast.IfExp | ast.Match) for node in ast.walk(function))
    return any("rollback" in word for word in words) or (chooses and any("commit" in word for word in words))


@lru_cache(maxsize=64)
def _tree(file: str) -> ast.Module | None:
    try:
        return ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None


def _function_at(tree: ast.Module, line: int) -> _Function:
    """The innermost function that the line is in; the module where it is in none."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    around = [node for node in ast.walk(tree) if isinstance(node, kinds) and node.lineno <= line <= _end(node)]
    return max(around, key=lambda node: node.lineno, default=tree)


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _catching(function: _Function) -> Iterator[ast.stmt]:
    """The statements in it that go on after an exception."""
    for node in ast.walk(function):
        is_try = isinstance(node, ast.Try) and node.handlers
        if is_try or (isinstance(node, ast.With) and any("suppress" in ast.dump(item) for item in node.items)):
            yield node  # type: ignore[misc]


def _words(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
