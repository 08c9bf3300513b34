"""Objects that several loaded tasks hold in common, and that the text changes while it hands them out."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from windtunnel.airflow_compat.tasks import held_by
from windtunnel.collectors.source import parsed
from windtunnel.facts import SharedFacts
from windtunnel.findings import Location

_METHODS: dict[type, set[str]] = {
    list: {"append", "extend", "insert"},
    set: {"add", "update"},
    dict: {"update", "setdefault"},
}
# Airflow takes these apart: what lies in them is shared, they themselves are not.
_COPIED = {"default_args", "params"}
Loop = ast.For | ast.AsyncFor | ast.While
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class _Change(NamedTuple):
    """One line that changes the object `target`: by a method, or by writing a key (None where it is not to be told).

    `name` is what `target` starts with; `constant` where the same is written every time.
    """

    name: str
    target: ast.expr
    line: int
    by: str = ""
    key: object = None
    constant: bool = False


class _Held(NamedTuple):
    argument: str
    value: Any
    tasks: tuple[str, ...]


def shared_arguments(dags: Iterable[Any], file: Path, path: str) -> tuple[SharedFacts, ...]:
    """The objects that at least two tasks of the file hold, and that it changes between the one and the other."""
    held = [group for group in _groups(dags) if len(group.tasks) > 1]
    if not held:
        return ()
    tree, names = parsed(file), _namespace(file)
    found = []
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, Function))]:
        for change, arguments in _changes_between(list(_own_nodes(scope))):
            given = [group for group in held if _is_given(change, arguments, group)]
            if scope is tree:
                given = [group for group in given if _value(change.target, names) is group.value]
            elif change.by or change.key is None:
                continue  # the names of a function are gone: only a key that is there can tell that it is the object
            place = Location(path, change.line)
            found += [SharedFacts(ast.unparse(change.target), one.argument, one.tasks, place) for one in given[:1]]
    return tuple(dict.fromkeys(found))


def _namespace(file: Path) -> dict[str, Any]:
    """The names of the file as it was loaded: Airflow gives its module a name of its own."""
    loaded = (getattr(module, "__dict__", {}) for module in list(sys.modules.values()))
    return next((names for names in loaded if names.get("__file__") == str(file)), {})


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    """What a name, or a chain of plain keys behind one, stands for; None where it is not to be told."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        holder = _value(node.value, names)
        return holder.get(node.slice.value) if isinstance(holder, dict) else None
    return None


def _groups(dags: Iterable[Any]) -> Iterator[_Held]:
    seen: dict[tuple[str, int], tuple[Any, dict[str, None]]] = {}
    for dag in dags:
        for task in dag.tasks:
            for argument, value in held_by(task):
                seen.setdefault((argument, id(value)), (value, {}))[1][f"{dag.dag_id}.{task.task_id}"] = None
    yield from (_Held(argument, value, tuple(sorted(tasks))) for (argument, _), (value, tasks) in seen.items())


def _is_given(change: _Change, arguments: set[str], group: _Held) -> bool:
    """Whether the tasks hold their object under an argument by which the text has handed the changed one over."""
    as_given = arguments - _COPIED
    names = as_given | ({"op_args", "op_kwargs"} if as_given else set())
    is_inside = isinstance(change.target, ast.Subscript) and group.argument == _last_key(change.target)
    if group.argument not in names and not is_inside:
        return False
    if change.by:
        return change.by in _METHODS[type(group.value)]
    return isinstance(group.value, dict) and (change.key is None or change.key in group.value)


def _last_key(node: ast.Subscript) -> object:
    return node.slice.value if isinstance(node.slice, ast.Constant) else None


def _changes_between(nodes: list[ast.AST]) -> Iterator[tuple[_Change, set[str]]]:
    """Each change of an object that calls are given before and after it, with the keywords by which they are."""
    for loop in (node for node in nodes if isinstance(node, Loop)):
        inside = list(_own_nodes(loop))
        bound = {node.id for node in inside if _is_bound(node)}
        for change in (change for node in inside for change in _changes(node)):
            handed = {name for call in inside for name in _handed(call, change.name)}
            if handed and change.name not in bound and not change.constant:
                yield change, handed
    looped = {id(inner) for node in nodes if isinstance(node, Loop) for inner in _own_nodes(node)}
    yield from _straight([node for node in nodes if id(node) not in looped])


def _straight(nodes: list[ast.AST]) -> Iterator[tuple[_Change, set[str]]]:
    """The same where the text runs but once: there a change counts only between two calls."""
    for change in (change for node in nodes for change in _changes(node)):
        handed = [(_line(call), name) for call in nodes for name in _handed(call, change.name)]
        first, last = min(handed, default=(0, ""))[0], max(handed, default=(0, ""))[0]
        bound = [_line(node) for node in nodes if _is_bound(node) and node.id == change.name]
        if first < change.line < last and not any(first < line for line in bound):
            yield change, {name for _, name in handed}


def _is_bound(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _changes(node: ast.AST) -> Iterator[_Change]:
    """The changes that one statement makes, by subscripts and by methods."""
    if isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in (target for target in targets if isinstance(target, ast.Subscript)):
            constant = isinstance(node.value, ast.Constant)
            if name := _root(target.value):
                yield _Change(name, target.value, node.lineno, key=_last_key(target), constant=constant)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        asked = node.value.func
        if any(asked.attr in known for known in _METHODS.values()) and (name := _root(asked.value)):
            yield _Change(name, asked.value, node.lineno, by=asked.attr)


def _root(node: ast.expr) -> str:
    """The name that a chain of subscripts starts with; "" where it starts with something else."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _handed(node: ast.AST, name: str) -> Iterator[str]:
    """Under which keyword ("" for none) a call is given the object itself, alone or in a literal."""
    if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Attribute) and _root(node.func.value) == name):
        given = [*(("", argument) for argument in node.args), *((k.arg or "", k.value) for k in node.keywords if k.arg)]
        yield from (keyword for keyword, value in given if name in _plain_names(value))


def _plain_names(value: ast.expr) -> set[str]:
    inner = value.values if isinstance(value, ast.Dict) else getattr(value, "elts", [])
    return {node.id for node in (value, *inner) if isinstance(node, ast.Name)}


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below a node, without those inside functions."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Function):
            yield from _own_nodes(child)


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))
