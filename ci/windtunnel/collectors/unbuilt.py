"""Savers that a driver's configuration leaves out of its graph, while what is asked for has them by name.

Asked for a node that it does not know, Hamilton raises. If another function takes an argument of that name, it is an
input: then Hamilton gives None for it, whether there is such an input or not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from windtunnel.collectors.executions import Execution
from windtunnel.collectors.saved_files import Seen
from windtunnel.facts import SaveState


class Unbuilt(NamedTuple):
    """What would be a node, as far as anybody asks."""

    name: str
    originating_functions: tuple[Any, ...]
    tags: dict[str, str] = {}  # noqa: RUF012  it is never changed


def unbuilt(execution: Execution) -> Iterator[tuple[Unbuilt, Seen]]:
    """The savers asked for by name that the driver has not built, each with what became of it."""
    asked = {name for name in execution.final_vars if _is_missing_input(name, execution)}
    if not asked:
        return
    for function in _functions_of(execution):
        for name in sorted(_savers_on(function) & asked):
            detail = "the driver's config leaves it out, and Hamilton gives None"
            yield Unbuilt(name, (function,)), Seen(SaveState.CUT_OFF, detail=detail)


def _is_missing_input(name: str, execution: Execution) -> bool:
    given = (*execution.inputs, *execution.overrides, *execution.graph.config)
    node = execution.graph.nodes.get(name)
    return node is not None and node.user_defined and name not in given


def _functions_of(execution: Execution) -> list[Any]:
    nodes = execution.graph.nodes.values()
    names = dict.fromkeys(function.__module__ for node in nodes for function in node.originating_functions or ())
    modules = [vars(sys.modules[name]) for name in names if name in sys.modules]
    return [value for known in modules for value in known.values() if callable(value) and hasattr(value, "__code__")]


def _savers_on(function: Any) -> set[str]:
    """The names of the savers that a function's decorators make."""
    made = {getattr(decorator, "artifact_name", None) for decorator in getattr(function, "transform", ())}
    if any(type(decorator).__name__ == "datasaver" for decorator in getattr(function, "generate", ())):
        made.add(function.__name__.partition("__")[0])  # as Hamilton names the variants of @config.when
    return {name for name in made if name}
