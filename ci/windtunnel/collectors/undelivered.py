"""Columns and fields that a decorator takes out of a result which, as the text shows, never holds them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path

from windtunnel.collectors.hamilton_functions import NodeFunction
from windtunnel.collectors.source import parsed
from windtunnel.facts import UndeliveredFacts

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_CHANGES_NOTHING = ("tag", "schema", "cache", "config")
_TAKES = {"extract_columns": "column", "extract_fields": "field"}


def undelivered(functions: Iterable[NodeFunction], file: Path) -> tuple[UndeliveredFacts, ...]:
    """Of each function that has what it returns taken apart, what none of its `return` statements delivers.

    Only what is written down in full counts: a dict, a table made of a dict, columns that are listed or selected.
    """
    by_line = {node.lineno: node for node in ast.walk(parsed(file)) if isinstance(node, _Function)}
    found = ((one, by_line.get(one.location.line)) for one in functions)
    return tuple(facts for one, text in found if text is not None for facts in _of(one, text))


def _of(function: NodeFunction, text: _Function) -> Iterator[UndeliveredFacts]:
    takers = [taker for taker in function.decorators("transform") if type(taker).__name__ in _TAKES]
    if len(takers) != 1 or not _returns_as_written(function, text):
        return
    delivered = _delivered(text)
    if delivered is None or getattr(takers[0], "fill_with", None) is not None:
        return
    missing = [name for name in _taken(takers[0]) if name not in delivered]
    if missing:
        kind = _TAKES[type(takers[0]).__name__]
        yield UndeliveredFacts(function.name, kind, tuple(missing), tuple(sorted(delivered)), function.location)


def _returns_as_written(function: NodeFunction, text: _Function) -> bool:
    """Whether nothing stands between the body and what takes its result apart."""
    if function.decorators("generate") or function.decorators("expand") or function.decorators("dynamic"):
        return False
    if inspect.unwrap(function.function) is not function.function:
        return False
    return all(_called(decorator) in (*_CHANGES_NOTHING, *_TAKES) for decorator in text.decorator_list)


def _called(decorator: ast.expr) -> str:
    """`config` of `@config.when(...)`, `tag` of `@function_modifiers.tag(...)`."""
    words = ast.unparse(decorator).partition("(")[0].split(".")
    return "config" if "config" in words else words[-1]


def _taken(taker: object) -> list[str]:
    written = getattr(taker, "columns", None) or getattr(taker, "resolved_fields", None) or ()
    return [str(name[0] if isinstance(name, tuple) else name) for name in written]


def _delivered(function: _Function) -> set[str] | None:
    """The keys of all that the function returns; None where the text does not say them in full."""
    own = list(_own_nodes(function))
    returned = [node.value for node in own if isinstance(node, ast.Return)]
    if not returned or any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own):
        return None
    found = [_keys(_meant(value, own)) for value in returned]
    return None if None in found else {name for keys in found for name in keys or ()}


def _own_nodes(function: _Function) -> Iterator[ast.AST]:
    """All nodes of the body, but for those of functions within."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


def _meant(value: ast.expr | None, own: list[ast.AST]) -> ast.expr | None:
    """What is returned; for a name that is bound once and read nowhere but there, what it is bound to."""
    if not isinstance(value, ast.Name):
        return value
    uses = [node for node in own if isinstance(node, ast.Name) and node.id == value.id and node is not value]
    bound = [node for node in own if isinstance(node, ast.Assign | ast.AnnAssign) and _binds(node, value.id)]
    return bound[0].value if len(bound) == 1 and len(uses) == 1 else None


def _binds(node: ast.Assign | ast.AnnAssign, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id == name


def _keys(value: ast.expr | None) -> set[str] | None:
    """The keys of a dict, the columns of a table that is made or selected; None where they are not all literal."""
    if isinstance(value, ast.Dict):
        return _texts(value.keys)
    if isinstance(value, ast.Subscript):
        return _selected(value)
    if not isinstance(value, ast.Call):
        return None
    called = ast.unparse(value.func)
    if called == "dict":
        words = [word.arg for word in value.keywords]
        return {word for word in words if word} if all(words) and not value.args else None
    return _columns(value) if called.split(".")[-1] == "DataFrame" else None


def _selected(value: ast.Subscript) -> set[str] | None:
    """`table[["a", "b"]]` and `table.loc[rows, ["a", "b"]]` have these columns and no others."""
    chosen: ast.expr | None = value.slice
    if isinstance(value.value, ast.Attribute):  # `.loc[["a"]]` has these rows
        both = chosen.elts if isinstance(chosen, ast.Tuple) and value.value.attr == "loc" else []
        chosen = both[1] if len(both) == 2 else None
    return _texts(chosen.elts) if isinstance(chosen, ast.List) else None


def _columns(table: ast.Call) -> set[str] | None:
    """The columns of a table that is made of a dict, or whose `columns` are listed."""
    words = {word.arg: word.value for word in table.keywords}
    listed = words.get("columns")
    if listed is not None:
        return _texts(listed.elts) if isinstance(listed, ast.List) else None
    data = words.get("data") or (table.args[0] if len(table.args) == 1 else None)
    return _keys(data) if not words.keys() - {"data", "index"} and not isinstance(data, ast.Subscript) else None


def _texts(nodes: Iterable[ast.expr | None]) -> set[str] | None:
    values = [node.value if isinstance(node, ast.Constant) else None for node in nodes]
    return {value for value in values if isinstance(value, str)} if all(isinstance(v, str) for v in values) else None
