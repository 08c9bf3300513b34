"""Functions of tasks that a loop has made, and that look a variable of the loop up only when they are called."""

from __future__ import annotations

import ast
import dis
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from windtunnel.airflow_compat.tasks import callable_of
from windtunnel.collectors.callables import Text, text_of
from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.source import parsed
from windtunnel.facts import LateFacts
from windtunnel.findings import Location


def late_bound(dags: Iterable[Any], root: Path) -> tuple[LateFacts, ...]:
    """The functions whose tasks all see the last value of the loop that they were made in."""
    made: dict[CodeType, list[tuple[Any, FunctionType]]] = defaultdict(list)
    for task in (task for dag in dags for task in dag.tasks):
        function = callable_of(task)
        if isinstance(function, FunctionType) and is_users(function.__code__.co_filename, root):
            made[function.__code__].append((task, function))
    found = (_late(tasks, root) for tasks in made.values() if len({id(function) for _, function in tasks}) > 1)
    return tuple(facts for facts in found if facts is not None)


def _late(tasks: list[tuple[Any, FunctionType]], root: Path) -> LateFacts | None:
    functions = [function for _, function in tasks]
    text = text_of(functions[0])
    if text is None:
        return None
    shared = _shared_names(functions)
    loops = [shared & varying for varying in _varying(text)]
    if not loops or not all(loops):  # of several loops, only one may go round more than once
        return None
    names = sorted(set().union(*loops))
    ids = tuple(dict.fromkeys(task.task_id for task, _ in tasks))
    line = min(getattr(node, "lineno", text.node.lineno) for node in (text.node, *_decorators(text.node)))
    return LateFacts(tuple(names), ids, Location(relative(text.file, root), line))


def _decorators(node: ast.AST) -> list[ast.expr]:
    return list(getattr(node, "decorator_list", ()))


def _shared_names(functions: list[FunctionType]) -> set[str]:
    """The names that two of the functions look up in one and the same place."""
    first, *others = functions
    cells = dict(zip(first.__code__.co_freevars, first.__closure__ or (), strict=True))
    shared = {
        name
        for other in others
        for name, cell in zip(other.__code__.co_freevars, other.__closure__ or (), strict=True)
        if cells[name] is cell
    }
    if any(other.__globals__ is first.__globals__ for other in others):
        shared |= set(_globals_of(first.__code__))
    return shared


def _globals_of(code: CodeType) -> Iterator[str]:
    yield from (str(step.argval) for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL")
    yield from (name for inner in code.co_consts if isinstance(inner, CodeType) for name in _globals_of(inner))


def _varying(text: Text) -> Iterator[set[str]]:
    """For each loop around the function, in its own scope: the names that it gives another value each time."""
    node: ast.AST = text.node
    parents = _parents(text.file)
    while node in parents and not isinstance(parents[node], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        node = parents[node]
        if isinstance(node, ast.For | ast.AsyncFor):
            yield _follow(_names(node.target), node)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            yield from (_names(loop.target) for loop in node.generators)


@cache
def _parents(file: Path) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(parsed(file)) for child in ast.iter_child_nodes(node)}


def _names(target: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _follow(varying: set[str], loop: ast.For | ast.AsyncFor) -> set[str]:
    """With the names that the body of the loop makes of them; none of a loop that may end early, at the right value."""
    statements = list(_statements(loop.body))
    if any(isinstance(statement, ast.Break) for statement in statements):
        return set()
    for statement in statements:
        if isinstance(statement, ast.Assign) and not varying.isdisjoint(_names(statement.value)):
            varying = varying | {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return varying


def _statements(block: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block in their order, those of the blocks in it too, without the bodies of functions."""
    for statement in block:
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for name in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, name, []))
