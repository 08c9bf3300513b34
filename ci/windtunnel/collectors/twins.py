"""Nodes that one parameterized function makes of the very same inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from windtunnel.collectors.hamilton_functions import NodeFunction
from windtunnel.facts import TwinFacts


def twins(functions: Iterable[NodeFunction]) -> tuple[TwinFacts, ...]:
    """Of each `@parameterize`, `@parameterized_subdag` and their like the nodes whose parameters are bound alike."""
    return tuple(found for function in functions for found in _twins_of(function))


def _twins_of(function: NodeFunction) -> Iterator[TwinFacts]:
    for expander in (*function.decorators("expand"), *function.decorators("generate")):
        groups: list[tuple[Mapping[str, Any], list[str]]] = []
        for name, bindings in dict(getattr(expander, "parameterization", None) or {}).items():
            alike = next((names for known, names in groups if _are_alike(known, bindings)), None)
            if alike is None:
                groups.append((bindings, [str(name)]))
            else:
                alike.append(str(name))
        for bindings, names in groups:
            if len(names) > 1:
                yield TwinFacts(function.name, tuple(names), _shown(bindings), function.location)


def _are_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one) and one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)


def _is_same(one: Any, other: Any) -> bool:
    """Whether two bindings are the same source or the same value; no for what cannot be compared."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):  # the inputs of a sub-dataflow
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    try:
        alike = type(one) is type(other) and bool(one == other)
        value, same = getattr(one, "value", None), getattr(other, "value", None)
        # 1 == True == 1.0, also in a tuple: what reads differently is not the same
        return alike and type(value) is type(same) and repr(value) == repr(same)
    except Exception:  # what a value's own comparison raises
        return False


def _shown(bindings: Mapping[str, Any]) -> str:
    words = (
        _shown(value) if isinstance(value, Mapping) else f"{key}={_binding(value)}" for key, value in bindings.items()
    )
    return ", ".join(filter(None, words))


def _binding(bound: Any) -> str:
    if isinstance(named := getattr(bound, "source", None), str):
        return f"source({named!r})"
    text = repr(getattr(bound, "value", bound))
    return f"value({text if len(text) <= 40 else text[:39] + '…'})"
