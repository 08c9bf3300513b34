"""Functions of a module that another statement takes the name from, before anybody has used them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from windtunnel.collectors.failures import relative
from windtunnel.collectors.python_text import at_import
from windtunnel.collectors.source import parsed
from windtunnel.facts import RedefinedFacts
from windtunnel.findings import Location

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_HARMLESS = ("overload", "hamilton_exclude")


def redefined(file: Path, root: Path) -> tuple[RedefinedFacts, ...]:
    """The functions at the top of the file that would be nodes, if a later one there did not bear their name.

    What stands in an `if` or a `try` is an alternative.
    """
    return tuple(_hidden(parsed(file).body, relative(file, root)))


def _hidden(body: Sequence[ast.stmt], path: str) -> Iterator[RedefinedFacts]:
    for place, statement in enumerate(body):
        if not isinstance(statement, _Function) or statement.name.startswith("_") or _is_harmless(statement):
            continue
        for number, later in enumerate(body[place + 1 :], place + 1):
            if _takes(later, statement.name):
                between = body[place + 1 : number + 1]
                if not any(_uses(one, statement.name) for one in between) and not _may_call(between, statement.name):
                    location = Location(path, statement.lineno)
                    yield RedefinedFacts(statement.name, location, later.lineno, _is_variant(statement))
                break


def _takes(statement: ast.stmt, name: str) -> bool:
    """Whether the statement surely gives the name to something else."""
    if isinstance(statement, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return any((alias.asname or alias.name.partition(".")[0]) == name for alias in statement.names)
    return isinstance(statement, _Function | ast.ClassDef) and statement.name == name


def _uses(statement: ast.stmt, name: str) -> bool:
    """Whether the statement, when it is executed, reads the name: a decorator, an annotation, a default, a call."""
    return any(_reads(node, name) for node in at_import(statement))


def _may_call(statements: Sequence[ast.stmt], name: str) -> bool:
    """Whether a call that they make at import may reach a function which reads the name in its body."""
    calls = any(
        isinstance(node, ast.Call)
        for one in statements
        if not isinstance(one, _Function | ast.ClassDef)
        for node in at_import(one)
    )
    return calls and any(isinstance(node, ast.Name) and node.id == name for one in statements for node in ast.walk(one))


def _reads(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        evaluated = [node.args, *getattr(node, "decorator_list", ()), *filter(None, [getattr(node, "returns", None)])]
        return any(isinstance(x, ast.Name) and x.id == name for part in evaluated for x in ast.walk(part))
    return isinstance(node, ast.Delete) and any(getattr(target, "id", "") == name for target in node.targets)


def _is_harmless(function: _Function) -> bool:
    return any(_last_name(decorator) in _HARMLESS for decorator in function.decorator_list)


def _is_variant(function: _Function) -> bool:
    return any("config" in ast.unparse(decorator).partition("(")[0].split(".") for decorator in function.decorator_list)


def _last_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return str(getattr(called, "attr", getattr(called, "id", "")))
