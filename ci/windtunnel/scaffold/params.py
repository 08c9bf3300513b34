"""What each input of the dataflow is given from: a param, a file that a param names, or a place in the run's folder."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from windtunnel.errors import UsageError, unknown
from windtunnel.facts import OutlineFacts, OutlineInputFacts, OutlineNodeFacts, Storage, VariantFacts
from windtunnel.scaffold.literals import literal, quoted, spread

_PLACE = re.compile(r"(?:^|_)(location|path|file|filename|file_name|folder|directory|dir|destination|target)$")
_SUFFIXES = ("csv", "parquet", "json", "pickle", "feather", "html", "xml", "yaml", "txt")
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}
_READERS = {".csv": "pd.read_csv({})", ".parquet": 'pd.read_parquet({}, engine="pyarrow")'}


@dataclass(frozen=True, slots=True)
class Given:
    """An input: the Python expression that gives it, in terms of `params` and `folder`, and what that imports.

    `param` are the lines of its param, if it has one. `file` is the name of the file in the run's folder that it says.
    """

    name: str
    expression: str
    param_name: str = ""
    param: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    file: str = ""


def decided(outline: OutlineFacts, config: Mapping[str, Any], served: Iterable[VariantFacts]) -> tuple[Given, ...]:
    """The entries of the configuration that decide which functions there are: params of the values that are served."""
    others, found = [*served], []
    for key in outline.deciding:
        known = [json.loads(variant.value) for variant in others if variant.key == key]
        schema: dict[str, Any] = {"type": _kind_of(config[key])}
        if _is_plain(config[key]) and key not in outline.open:
            schema["enum"] = sorted({config[key], *known}, key=lambda value: (str(type(value)), value))
        made = next((one.made_by for one in outline.inputs if one.name == key), "")
        words = "Decides which functions make the dataflow."
        found.append(_by_param(key, config[key], schema, made, words))
    return tuple(found)


def inputs(
    outline: OutlineFacts, wanted: Sequence[str], config: Mapping[str, Any], source: str, *, remote: bool
) -> tuple[Given, ...]:
    """What gives each of the `wanted` inputs. UsageError for one that nothing gives, or that no param can hold."""
    _refuse_strangers(outline, config, source)
    known = {one.name: one for one in outline.inputs}
    asked = [known[name] for name in wanted if name not in outline.deciding]
    _refuse_missing([one for one in asked if _is_missing(one, outline.nodes, config)], outline.nodes)
    found = (_given(one, outline.nodes, config, remote=remote) for one in asked)
    return tuple(one for one in found if one is not None)


def _refuse_strangers(outline: OutlineFacts, config: Mapping[str, Any], source: str) -> None:
    usable = {*outline.deciding, *(one.name for one in outline.inputs)}
    for key in config:
        if key not in usable and "." not in key:  # hamilton.enable_power_user_mode is a key too
            where = "--config" if source.lstrip().startswith("{") else f"--config {source}"
            raise unknown(where, "key", key, usable or [""], "neither an input nor something that a decorator asks for")


def _is_missing(one: OutlineInputFacts, nodes: Sequence[OutlineNodeFacts], config: Mapping[str, Any]) -> bool:
    """Whether it must be given, and nothing gives it."""
    if one.name in config or one.default or not one.is_required:
        return False
    return not (one.schema and _is_place(one, [node for node in nodes if one.name in node.needs]))


def _refuse_missing(missing: Sequence[OutlineInputFacts], nodes: Sequence[OutlineNodeFacts]) -> None:
    """Say what nothing gives: first what no configuration could give, else all at once."""
    hopeless = [one for one in missing if not one.schema and one.storage is Storage.NONE]
    told = [
        f"{one.name!r} ({one.type}, for {_shown(node for node in nodes if one.name in node.needs)})"
        for one in hopeless or missing
    ]
    if hopeless:
        raise UsageError(f"scaffold: no param can hold the input {', '.join(told)}: add a module that makes it")
    if told:
        way = "add them to --config, of tables and arrays the places of their files"
        raise UsageError(f"scaffold: nothing says what these inputs are: {', '.join(told)}: {way}")


def _given(
    one: OutlineInputFacts, nodes: Sequence[OutlineNodeFacts], config: Mapping[str, Any], *, remote: bool
) -> Given | None:
    askers = [node for node in nodes if one.name in node.needs]
    has_value = one.name in config or bool(one.default)
    if one.schema and not has_value and _is_place(one, askers):
        return _in_folder(one, askers, remote=remote)
    if not has_value:
        return None
    value = config.get(one.name, json.loads(one.default) if one.default else None)
    words = f"Input of {_shown(askers)}."
    if one.schema:
        return _by_param(one.name, value, _insist(json.loads(one.schema), one, value), one.made_by, words)
    return _by_file(one, value, _shown(askers))


def _is_place(one: OutlineInputFacts, askers: Collection[OutlineNodeFacts]) -> bool:
    """Whether it says where a saver writes to."""
    return bool(_PLACE.search(one.name)) and "string" in one.schema and all(node.saves_as for node in askers)


def _in_folder(one: OutlineInputFacts, askers: Sequence[OutlineNodeFacts], *, remote: bool) -> Given:
    if remote:
        where = f"scaffold: say in --config where {_names(askers)} saves"
        raise UsageError(f"{where}: Hamilton's savers know no connection, so {one.name!r} is not put below --storage")
    stem = _PLACE.sub("", one.name) or askers[0].name
    suffix = next((f".{node.saves_as}" for node in askers if node.saves_as in _SUFFIXES), "")
    file = f"{stem}{suffix}"
    expression = f"folder / {quoted(file)}"
    return Given(one.name, expression if one.made_by == "Path" else f"str({expression})", file=file)


def _by_file(one: OutlineInputFacts, value: Any, words: str) -> Given:
    place = f"{one.name}_location"
    suffix = PurePath(value).suffix if isinstance(value, str) else ""
    argument = f"params[{quoted(place)}]"
    if one.storage is Storage.ARRAY and suffix == ".npy":
        expression, brings = f"np.load({argument}, allow_pickle=False)", "numpy"
    elif one.storage in (Storage.FRAME, Storage.SERIES) and suffix in _READERS:
        expression, brings = _READERS[suffix].format(argument), "pandas"
    else:
        kinds = {Storage.ARRAY: ".npy", Storage.NONE: ""}.get(one.storage, ".csv or .parquet")
        way = f"name a file with the suffix {kinds}" if kinds else "no param can hold one: add a module that makes it"
        raise UsageError(f"scaffold: the input {one.name!r} is a {one.type}, and {value!r} is not: {way}")
    if one.storage is Storage.SERIES:
        expression += f"[{quoted(one.name)}]"
    param = _param_lines(place, value, {"type": "string"}, f"File with {one.name}, an input of {words}.")
    return Given(one.name, expression, place, param, (brings,))


def _by_param(name: str, value: Any, schema: Mapping[str, Any], made: str, words: str) -> Given:
    text = f"params[{quoted(name)}]"
    if made:
        made_text = f"{made}({text})"
        text = f"None if {text} is None else {made_text}" if "null" in schema.get("type", ()) else made_text
    brings = ("datetime.date",) if made.startswith("date.") else ("pathlib.Path",) if made == "Path" else ()
    return Given(name, text, name, _param_lines(name, value, schema, words), brings)


def _param_lines(name: str, value: Any, schema: Mapping[str, Any], words: str) -> tuple[str, ...]:
    arguments = [literal(value), *(f"{key}={literal(word)}" for key, word in schema.items() if word)]
    arguments.append(f"description={quoted(words)}")
    line = f"{quoted(name)}: Param({', '.join(arguments)})"
    if len(line) <= 120 - len("        ,"):
        return (line,)
    spreaded = [spread(value, "    ")]
    spreaded += [spread(word, f"    {key}=") for key, word in schema.items() if word]
    spreaded += [[f"    {arguments[-1]},"]]
    return (f"{quoted(name)}: Param(", *(text for lines in spreaded for text in lines), ")")


def _insist(schema: dict[str, Any], one: OutlineInputFacts, value: Any) -> dict[str, Any]:
    """The schema, for a value that fits it."""
    kinds = schema.get("type", [])
    allowed = [kinds] if isinstance(kinds, str) else kinds
    fits = not allowed or any(_is_a(value, kind) for kind in allowed)
    if not fits or value not in schema.get("enum", [value]):
        raise UsageError(f"scaffold: the input {one.name!r} is of type {one.type}, and --config says {value!r}")
    return schema


def _is_a(value: Any, kind: str) -> bool:
    return isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _kind_of(value: Any) -> str:
    return next(kind for kind in _KINDS if _is_a(value, kind))


def _shown(nodes: Iterable[OutlineNodeFacts]) -> str:
    """The functions that make the nodes, as far as Hamilton's own names of what is between them tell."""
    return ", ".join(dict.fromkeys(node.name.partition(".")[0] for node in nodes))


def _names(nodes: Iterable[OutlineNodeFacts]) -> str:
    return ", ".join(node.name for node in nodes)
