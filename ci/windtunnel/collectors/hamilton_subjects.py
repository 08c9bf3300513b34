"""What of a Hamilton function is tried: the call, its parameters, and the values that decorators fix.

The function under test is the one that the user wrote, with its own parameters, before Hamilton makes nodes
of it: what `@extract_columns`, `@save_to`, `@tag`, `@check_output` or `@pipe_output` add behind it is
Hamilton's. A parameter bound by `value()` takes that value; one bound by `source()`, injected, piped or
loaded is drawn like any other.
"""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from windtunnel.collectors.hamilton_configs import values_for
from windtunnel.collectors.hamilton_functions import NodeFunction
from windtunnel.collectors.strategies_bounds import Bounds, contract_bounds

# These run the function's own body on its own parameters; what else makes nodes may run another.
_RUNS_BODY = ("subdag", "parameterized_subdag")
_LOADERS = {"dataloader": "loads from outside", "datasaver": "saves to the outside"}


@dataclass(frozen=True, slots=True)
class Produced:
    """What is known of the node that a parameter takes its value from."""

    type: Any
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Subject:
    """One function to be tried. `bindings` are the ways in which decorators bind its parameters, at least one."""

    function: NodeFunction
    node: str
    call: Callable[..., Any]
    hints: Mapping[str, Any]
    parameters: tuple[inspect.Parameter, ...]
    bindings: tuple[Mapping[str, Any], ...]


def subject(function: NodeFunction, node: str) -> Subject | str:
    """How to try a function, or why it is not tried."""
    reason = _left_out(function)
    if reason:
        return reason
    try:
        hints = _hints(function.function)
    except Exception as error:
        return f"its annotations cannot be read: {error}"
    if hints.get("return", Any) in (None, type(None)):
        return "it returns nothing, so it is called for what it does to the outside"
    parameters = tuple(inspect.signature(function.function).parameters.values())
    return Subject(function, node, _call(function), hints, parameters, _bindings(function))


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What a parameter takes from a loader, as Hamilton's own dependencies say it."""

    source: str


def with_loaders(found: Subject, nodes: Iterable[Any]) -> Subject:
    """With the parameters bound that `@load_from` fills: the loader's node is named after function and parameter."""
    inputs = {str(name) for node in nodes for name in node.input_types}
    own = {parameter.name for parameter in found.parameters} - inputs
    ends = {name: [one for one in inputs if one.endswith(f".{name}")] for name in own}
    loaded = {name: _Loaded(sources[0]) for name, sources in ends.items() if len(sources) == 1}
    return replace(found, bindings=tuple({**loaded, **binding} for binding in found.bindings))


def _left_out(function: NodeFunction) -> str:
    if function.decorators("dynamic"):
        return "its decorators are known only to the configuration (@resolve)"
    for maker in function.decorators("generate"):
        name = type(maker).__name__
        if name in _LOADERS:
            return f"it {_LOADERS[name]} (@{name})"
        if name not in (*_RUNS_BODY, "does"):
            return f"its node is made by @{name}, not by its own body"
    if inspect.isasyncgenfunction(function.function):
        return "it is an asynchronous generator"
    return ""


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """As Hamilton reads them, with the module's globals: hamilton/node.py, Node.__init__."""
    scope = vars(sys.modules[function.__module__]) if function.__module__ in sys.modules else None
    return typing.get_type_hints(function, globalns=scope, include_extras=True)


def _call(function: NodeFunction) -> Callable[..., Any]:
    """The function itself, but for `@does`: there the body is empty, and another function does the work."""
    for maker in function.decorators("generate"):
        if type(maker).__name__ == "does":
            made: Callable[..., Any] = maker.generate_nodes(function.function, {})[0].callable
            return made
    return function.function


def _bindings(function: NodeFunction) -> tuple[Mapping[str, Any], ...]:
    """What `@parameterize` and its like bind each parameter to, once for every node that they make."""
    found: list[Mapping[str, Any]] = []
    for expander in function.decorators("expand"):
        found += getattr(expander, "parameterization", {}).values()
        found += [extract.input_mapping for extract in getattr(expander, "extract_config", ())]
    return tuple(found) or ({},)


def produced(nodes: Iterable[tuple[NodeFunction, Any]]) -> dict[str, Produced]:
    """What is known of every node of the module, by name."""
    return {node.name: Produced(node.type, contract_bounds(one.decorators("transform"))) for one, node in nodes}


def configured(function: NodeFunction, named: Mapping[str, list[Any]]) -> dict[str, Produced]:
    """What is known of the keys of the configuration, for a function that may take one as a parameter."""
    return {key: Produced(Any, Bounds(values=values)) for key, values in values_for(function, named).items()}
