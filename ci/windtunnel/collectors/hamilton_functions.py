"""The functions that Hamilton makes nodes of: a module is imported, and each gets its place in the file."""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from windtunnel.collectors.failures import relative
from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class NodeFunction:
    """One function as the module holds it; Hamilton's decorators leave notes on it and do not wrap it.

    `name` is the name after `def`, with the `__suffix` that Hamilton takes off.
    """

    name: str
    function: Callable[..., Any]
    location: Location

    def decorators(self, kind: str) -> tuple[Any, ...]:
        """Hamilton's decorators of one lifecycle: resolve, generate, inject, expand, transform, dynamic."""
        return tuple(getattr(self.function, kind, ()))


def import_dataflow(module: str, path: str, root: Path) -> ModuleType:
    """The imported module; raises ImportError for another file of that name, and all that its code raises."""
    imported = importlib.import_module(module)
    found = Path(getattr(imported, "__file__", None) or "")
    if found.resolve() != (root / path).resolve():
        raise ImportError(f"import {module} finds {found}, not {path}: rename one of them")
    return imported


def node_functions(module: ModuleType, root: Path) -> tuple[NodeFunction, ...]:
    """The functions of this very module that Hamilton sees, in the order of their lines."""
    from hamilton.graph_utils import find_functions

    own = {id(found): found for _, found in find_functions(module) if found.__module__ == module.__name__}
    lines = def_lines(Path(str(module.__file__)))
    placed = (_placed(function, lines, Path(str(module.__file__)), root) for function in own.values())
    return tuple(sorted(placed, key=lambda function: function.location))


def _placed(function: Callable[..., Any], lines: Mapping[int, int], file: Path, root: Path) -> NodeFunction:
    plain = inspect.unwrap(function)
    code = plain.__code__
    here = Path(code.co_filename) == file
    line = lines.get(code.co_firstlineno, code.co_firstlineno) if here else code.co_firstlineno
    name = plain.__qualname__.rpartition(".")[2]
    return NodeFunction(name, function, Location(relative(code.co_filename, root), line))


def def_lines(file: Path) -> dict[int, int]:
    """The line of `def` by the first line of each function, which for Python is that of its decorators."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, functions)]
    return {min([node.lineno, *(d.lineno for d in node.decorator_list)]): node.lineno for node in found}


@contextlib.contextmanager
def names_kept(functions: Iterable[NodeFunction]) -> Iterator[None]:
    """Undo what building a graph does: each time `@config` cuts a function's `__name__` at its last `__`."""
    names = [(one.function, one.function.__name__) for one in functions]
    try:
        yield
    finally:
        for function, name in names:
            function.__name__ = name


def type_text(annotation: Any) -> str:
    """An annotation as people write it, without the names of the modules."""
    if isinstance(annotation, type) and not getattr(annotation, "__args__", None):
        return "None" if annotation is type(None) else annotation.__qualname__
    return re.sub(r"\b(?:[A-Za-z_]\w*\.)+(?=[A-Za-z_])", "", repr(annotation)).replace("NoneType", "None")
