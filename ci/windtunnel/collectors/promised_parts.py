"""The columns and fields that a function promises of its value, and those that the value has not."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SCHEMA_TAG = "hamilton.internal.schema_output"
# The parameter whose default is the name that a node of @extract_columns, @extract_fields takes from its only input.
_TAKEN_BY = {"column_to_extract": "column", "field_to_extract": "field"}


@dataclass(frozen=True, slots=True)
class Parts:
    """`declared` are those of a schema, of which no nodes are made."""

    kind: str
    names: tuple[str, ...]
    declared: bool = False


def parts_promised(node: Any) -> Iterator[Parts]:
    """What must be in the value of a node."""
    taken: dict[str, list[str]] = {}
    for consumer in node.depended_on_by:
        if len(consumer.input_types) == 1 and consumer.originating_functions == node.originating_functions:
            for kind, name in _taken_by(consumer.callable):
                taken.setdefault(kind, []).append(name)
    yield from (Parts(kind, tuple(names)) for kind, names in taken.items())
    if _SCHEMA_TAG in node.tags:
        fields = str(node.tags[_SCHEMA_TAG]).split(",")
        yield Parts("column", tuple(field.partition("=")[0] for field in fields), declared=True)


def _taken_by(function: Any) -> Iterator[tuple[str, str]]:
    code, defaults = getattr(function, "__code__", None), getattr(function, "__defaults__", None)
    if code is not None and defaults and code.co_argcount and code.co_varnames[0] in _TAKEN_BY:
        yield _TAKEN_BY[code.co_varnames[0]], str(defaults[0])


def lacking(value: Any, parts: Parts) -> tuple[str, ...]:
    """The names that it has not; none where it is nothing that can be asked without a cost."""
    held = value if parts.kind == "field" and isinstance(value, Mapping) else _columns(value)
    return () if held is None else tuple(name for name in parts.names if name not in held)


def _columns(value: Any) -> Any:
    for module in ("pandas", "polars"):
        table: Any = getattr(sys.modules.get(module), "DataFrame", ())
        if isinstance(value, table):
            return value.columns
    return None
