"""What a type of the user's can be kept as between two tasks, and by which param it can be given."""

from __future__ import annotations

import datetime
import inspect
import pathlib
import sys
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from windtunnel.facts import Storage

Schema = dict[str, Any]

_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_LISTS = (list, Sequence)
_TABLES = (dict, Mapping)
# What JSON gives for these is a text or another number: the task makes the value of it.
_MADE: dict[type, tuple[str, Schema]] = {
    float: ("float", {"type": "number"}),
    pathlib.Path: ("Path", {"type": "string"}),
    datetime.date: ("date.fromisoformat", {"type": "string", "format": "date"}),
}


def storage_of(annotation: Any) -> Storage:
    """The form in which every value of a type comes back the same; NONE where that is not known of it."""
    plain = _plain(annotation)
    for name, storage in (("DataFrame", Storage.FRAME), ("Series", Storage.SERIES)):
        if _is(plain, "pandas", name):
            return storage
    if _is(plain, "numpy", "ndarray"):
        return Storage.ARRAY
    return Storage.JSON if _comes_back(plain) else Storage.NONE


def schema_of(annotation: Any) -> Schema | None:
    """The JSON schema of a param for a value of this type; None where no param can hold one."""
    plain = _plain(annotation)
    if plain in _MADE:
        return dict(_MADE[plain][1])
    if plain in _JSON_TYPES:
        return {"type": _JSON_TYPES[plain]}
    if plain is Any or plain is object:
        return {}
    origin, arguments = typing.get_origin(plain), typing.get_args(plain)
    if origin is typing.Literal:
        return {"enum": list(arguments)} if all(type(one) in _JSON_TYPES for one in arguments) else None
    if _is_union(plain):
        return _any_of([schema_of(one) for one in arguments])
    if plain in _LISTS or origin in _LISTS:
        inner = schema_of(arguments[0]) if arguments else {}
        return None if inner is None else {"type": "array", **({"items": inner} if inner else {})}
    if _is_table(plain):
        return {"type": "object"} if all(schema_of(one) is not None for one in arguments) else None
    return None


def made_by(annotation: Any) -> str:
    """What makes a value of this type of what JSON gives: "float"; "" where it is one already."""
    plain = _plain(annotation)
    options = [_plain(one) for one in typing.get_args(plain)] if _is_union(plain) else [plain]
    made = [_MADE[one][0] for one in options if one in _MADE]
    is_plain_too = any(one in (str, int) for one in options)
    return made[0] if made and not is_plain_too else ""


def _any_of(options: list[Schema | None]) -> Schema | None:
    """The schema of a union: of those of its types that a param can hold."""
    known = [schema for schema in options if schema is not None]
    rest = [schema for schema in known if schema != {"type": "null"}]
    if not rest:
        return None
    null = ["null"] if len(rest) < len(known) else []
    if any(not schema.keys() <= {"type"} for schema in rest):  # a list of something, a choice
        return {**rest[0], "type": [*null, rest[0]["type"]]} if len(rest) == 1 and null and "type" in rest[0] else {}
    kinds = dict.fromkeys(schema.get("type", "") for schema in rest)
    if "" in kinds:
        return {}
    return {"type": [*null, *kinds] if null or len(kinds) > 1 else next(iter(kinds))}


def _comes_back(annotation: Any) -> bool:
    """Whether a value of this type is the same after it has been JSON; not so where it may hold anything."""
    plain = _plain(annotation)
    if plain in _JSON_TYPES:
        return True
    origin, arguments = typing.get_origin(plain), typing.get_args(plain)
    if origin is typing.Literal:
        return all(type(one) in _JSON_TYPES for one in arguments)
    if _is_union(plain):
        return all(map(_comes_back, arguments))
    if origin is list:
        return all(map(_comes_back, arguments))
    if origin is dict:
        return arguments[0] is str and _comes_back(arguments[1])
    return _is_typed_dict(plain) and all(map(_comes_back, typing.get_type_hints(plain).values()))


def _plain(annotation: Any) -> Any:
    """The type behind `Annotated`, `NewType` and Hamilton's `column`."""
    while True:
        if typing.get_origin(annotation) is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif _is(typing.get_origin(annotation), "numpy", "ndarray"):
            annotation = typing.get_origin(annotation)
        else:
            return annotation


def _is(kind: Any, module: str, name: str) -> bool:
    """Whether a type is the library's own: a subclass would come back as something else."""
    return inspect.isclass(kind) and kind is getattr(sys.modules.get(module), name, None)


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _is_typed_dict(annotation: Any) -> bool:
    return inspect.isclass(annotation) and issubclass(annotation, dict) and hasattr(annotation, "__total__")


def _is_table(annotation: Any) -> bool:
    return annotation in _TABLES or typing.get_origin(annotation) in _TABLES or _is_typed_dict(annotation)
