"""Which ids the text of a DAG file may give to a task, also one that was not made when it was loaded here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from windtunnel.collectors.source import parsed

_NAMING = ("task_id", "group_id")
# Where the names of tasks come from when the deployment decides how many there are.
_READERS = {"environ", "getenv", "Variable", "open"}
_READING = _READERS | {"read_text", "read_bytes", "load", "loads", "safe_load", "glob", "rglob", "iterdir", "listdir"}


class _Names(NamedTuple):
    plain: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    anything: bool


def might_name(name: str, file: Path) -> bool:
    """Whether the file, under other conditions, may have a task of this name: by a literal, an f-string, or a function.

    Where it names tasks by a variable, and reads something of the deployment, every name is possible.
    """
    known = _names(file)
    return known.anything or name in known.plain or any(form.fullmatch(name) for form in known.patterns)


@cache
def _names(file: Path) -> _Names:
    nodes = list(ast.walk(parsed(file)))
    given = [value for node in nodes for value in _given(node)]
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    literal = {value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)}
    composed = [value for value in given if isinstance(value, ast.JoinedStr)]
    variable = any(not isinstance(value, ast.Constant | ast.JoinedStr) for value in given)
    asked = {node.attr for node in nodes if isinstance(node, ast.Attribute)} & _READING
    asked |= {node.id for node in nodes if isinstance(node, ast.Name)} & _READERS
    return _Names(
        plain=frozenset(functions | literal),
        patterns=tuple(map(_pattern, composed)),
        anything=variable and bool(asked),
    )


def _given(node: ast.AST) -> Iterator[ast.expr]:
    """What a call gives to something as its id."""
    if isinstance(node, ast.Call):
        yield from (keyword.value for keyword in node.keywords if keyword.arg in _NAMING)
        if getattr(node.func, "attr", getattr(node.func, "id", "")) == "TaskGroup":
            yield from node.args[:1]


def _pattern(text: ast.JoinedStr) -> re.Pattern[str]:
    parts = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in text.values)
    return re.compile("".join(parts))
