"""The text of a function that was really loaded: found by its code, and read for what it talks to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

from windtunnel.collectors.outside_names import asks_again, gives_up, leads_outside
from windtunnel.collectors.source import nodes_of, parsed

_REPEATING = ("retry", "retries", "backoff", "tenacity")
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Text(NamedTuple):
    """A function in the tree of its file, as what was read once: two of the same function are the same."""

    node: Function
    file: Path
    tree: ast.Module


class Reach(NamedTuple):
    """What the text of a function does to the outside: the first call that leads there, "" for none.

    `timed` where some call is given a timeout, or all clients have one by default; `repeats` where the text speaks of
    retries, or all clients do them by themselves.
    """

    call: str = ""
    timed: bool = False
    repeats: bool = False


def bare(function: Any) -> Any:
    """The function below any `functools.partial`."""
    while isinstance(function, partial):
        function = function.func
    return function


def text_of(function: Any) -> Text | None:
    """Where the function stands; None where its text is not to be had, or where two on one line could be it."""
    code = getattr(bare(function), "__code__", None)
    return _text_of(code) if isinstance(code, CodeType) else None


@cache
def _text_of(code: CodeType) -> Text | None:
    file = Path(code.co_filename)
    found = _functions(file).get((code.co_name, code.co_firstlineno), [])
    return Text(found[0], file, parsed(file)) if len(found) == 1 else None


@cache
def _functions(file: Path) -> dict[tuple[str, int], list[Function]]:
    """The functions of a file under the name and the first line that their code has: that of the first decorator."""
    found: dict[tuple[str, int], list[Function]] = {}
    for node in nodes_of(parsed(file)):
        if isinstance(node, Function):
            first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
            found.setdefault((getattr(node, "name", "<lambda>"), first), []).append(node)
    return found


def reach_of(function: Any) -> Reach:
    """What the function does to the outside by its own text, and by that of the functions of its file that it calls."""
    function = bare(function)
    module, name = str(getattr(function, "__module__", "")), getattr(function, "__name__", "")
    for itself in (f"{module}.{name}", f"{module.partition('.')[0]}.{name}"):  # requests.get is one of requests.api
        if leads_outside(itself):
            return Reach(itself, gives_up(itself), asks_again(itself))
    text = text_of(function)
    return _reach(text) if text else Reach()


@cache
def _reach(text: Text) -> Reach:
    known = _imported_names(text.file)
    nodes = [node for function in _called_functions(text) for node in ast.walk(function)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    outside = [name for call in calls if leads_outside(name := _full_name(call.func, known))]
    is_timed = any("timeout" in (keyword.arg or "") for call in calls for keyword in call.keywords)
    words = {word.lower() for node in nodes for word in _words(node)}
    return Reach(
        call=outside[0] if outside else "",
        timed=is_timed or (bool(outside) and all(map(gives_up, outside))),
        repeats=any(mark in word for word in words for mark in _REPEATING)
        or (bool(outside) and all(map(asks_again, outside))),
    )


@cache
def _imported_names(file: Path) -> dict[str, str]:
    return dict(pair for node in ast.walk(parsed(file)) for pair in _bound(node))


@cache
def _top_functions(file: Path) -> dict[str, Function]:
    statements = parsed(file).body
    return {node.name: node for node in statements if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def _called_functions(text: Text) -> Iterator[Function]:
    """The function, and those at the top of its file whose names it or they mention."""
    top = _top_functions(text.file)
    waiting: list[Function] = [text.node]
    seen: set[int] = set()
    while waiting:
        function = waiting.pop(0)
        if id(function) in seen:
            continue
        seen.add(id(function))
        yield function
        waiting += [top[node.id] for node in ast.walk(function) if isinstance(node, ast.Name) and node.id in top]


def _bound(node: ast.AST) -> Iterator[tuple[str, str]]:
    """(local name, full name) for each name that an import statement binds."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)
    elif isinstance(node, ast.ImportFrom):
        yield from ((a.asname or a.name, f"{'.' * node.level}{node.module or ''}.{a.name}") for a in node.names)


def _full_name(node: ast.expr, known: dict[str, str]) -> str:
    """The dotted name that a call uses, from the module on; "" where it does not start with an imported name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in known:
        return ""
    return ".".join([known[node.id], *reversed(parts)])


def _words(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.name
