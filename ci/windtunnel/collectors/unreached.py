"""Functions that would make a DAG, and that importing their file never comes to: read from the text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from windtunnel.collectors.own_files import own_python_files
from windtunnel.collectors.python_text import PythonText, at_import
from windtunnel.collectors.source import parsed, walk_unless_main

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def unreached_makers(file: Path) -> tuple[tuple[str, int], ...]:
    """The functions at the top of the file with a DAG in them whose name no code that the import runs mentions.

    Those under `@dag` are not among them: SourceIndex.uncalled_dags tells.
    """
    tree = parsed(file)
    makers = set(_makers(tree))
    functions = {node.name: node for node in tree.body if isinstance(node, _Function)}
    reached = _names(node for node in walk_unless_main(tree) if node in set(at_import(tree)))
    waiting = [*reached]
    while waiting:
        function = functions.get(waiting.pop())
        new = _names(ast.walk(function)) - reached if function else set()
        reached |= new
        waiting += new
    return tuple(
        (name, function.lineno)
        for name, function in functions.items()
        if name not in reached
        and not (function.decorator_list or name.startswith("test"))  # somebody else may call it
        and any(_makes(node, makers) for node in ast.walk(function))
    )


def is_imported_elsewhere(file: Path, root: Path) -> bool:
    """Whether another file of the repository speaks of this one in an import: then it may be a library for that."""
    name = file.parent.name if file.name == "__init__.py" else file.stem
    others = (other for other in own_python_files(root) if other != file)
    return any(name in PythonText(other).import_words() for other in others if name.encode() in PythonText(other).text)


def _makers(tree: ast.AST) -> Iterator[str]:
    """The names by which the file has the class DAG and the decorator dag from Airflow."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "airflow":
            yield from (alias.asname or alias.name for alias in node.names if alias.name in ("DAG", "dag"))


def _makes(node: ast.AST, makers: set[str]) -> bool:
    if isinstance(node, _Function):
        return any(_called(decorator) in makers for decorator in node.decorator_list)
    return isinstance(node, ast.Call) and _called(node) in makers


def _called(node: ast.expr) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return function.id if isinstance(function, ast.Name) else ""


def _names(nodes: Iterator[ast.AST]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
