"""The inventory as a table, as JSON, and as a file of placeholders that a run can be given."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from windtunnel.facts import NeedKind
from windtunnel.report import Inventory, Thing

FORMATS = ("text", "json", "env")

_KEYS = {NeedKind.POOL: "pools", NeedKind.QUEUE: "queues", NeedKind.ASSET: "assets"}
_NAME = re.compile(r"[^\s=#'\"]+")
_MOST_PLACES = 5
_HEAD = """\
# What the DAGs here ask of their deployment, with placeholders, written by `windtunnel inventory --stub`.
# `windtunnel check --env-file FILE` loads and runs the DAGs with it. Hosts that end in .invalid exist nowhere: a task
# that calls one is told as not judged. What has a default stands behind a #.
"""


def render(inventory: Inventory, format: str, *, color: bool = False, width: int = 100) -> str:
    """The inventory in one of FORMATS, ending with a newline; `color` and `width` concern the form `text` alone."""
    if format == "json":
        return _json(inventory)
    if format == "env":
        return "".join(f"{line}\n" for line in _stubs(inventory))
    return _text(inventory, color, width)


def _text(inventory: Inventory, color: bool, width: int) -> str:
    from rich.text import Text

    from windtunnel.reporters import safe
    from windtunnel.reporters.tables import table
    from windtunnel.reporters.text import NARROWEST, console_of, text_of

    console = console_of(color, max(width, NARROWEST))
    columns = ("=kind", "name", "=needed", "=when", "where", "=given")
    for part in table("Inventory", columns, map(_row, inventory.things)):
        console.print(part)
    for path, why in inventory.not_loaded:
        console.print(Text(safe.line(f"not loaded, so there may be more: {path} ({why})"), style="red"))
    console.print(Text(_count(inventory)))
    return text_of(console, color)


def _row(thing: Thing) -> tuple[str, ...]:
    given = {True: "yes", False: "no", None: "-"}[thing.given]
    return (thing.kind.value, thing.name, _needed(thing), _when(thing), _where(thing, 1), given)


def _needed(thing: Thing) -> str:
    return "needed" if thing.required else "optional"


def _when(thing: Thing) -> str:
    if thing.kind in _KEYS:
        return "-"
    return "import" if thing.at_import else "task"


def _where(thing: Thing, most: int) -> str:
    more = len(thing.places) - most
    shown = ", ".join(map(str, thing.places[:most]))
    return f"{shown} (+{more})" if more > 0 else shown


def _count(inventory: Inventory) -> str:
    needed = [thing for thing in inventory.things if thing.required]
    missing = sum(thing.given is False for thing in needed)
    lost = f" · {len(inventory.not_loaded)} not loaded" if inventory.not_loaded else ""
    return f"windtunnel: {len(inventory.things)} things, {len(needed)} needed, {missing} of these not given here{lost}"


def _json(inventory: Inventory) -> str:
    document = {
        "schema": "1",
        "things": [
            {
                "kind": thing.kind.value,
                "name": thing.name,
                "needed": thing.required,
                "at_import": thing.at_import,
                "form": thing.form or None,
                "variable": thing.variable or None,
                "given": thing.given,
                "places": [{"file": place.path, "line": place.line} for place in thing.places],
            }
            for thing in inventory.things
        ],
        "not_loaded": [{"file": path, "reason": why} for path, why in inventory.not_loaded],
    }
    return json.dumps(document, indent=2) + "\n"


def _stubs(inventory: Inventory) -> Iterator[str]:
    yield _HEAD
    written: set[str] = set()
    for thing in (thing for thing in inventory.things if thing.variable and thing.variable not in written):
        written.add(thing.variable)
        form = f" ({thing.form})" if thing.form else ""
        yield f"# {thing.kind.value} {json.dumps(thing.name)}{form}: {_where(thing, _MOST_PLACES)}"
        if _NAME.fullmatch(thing.variable):
            yield f"{'' if thing.required else '# '}{thing.variable}={_quoted(thing.placeholder)}"
        else:
            yield "# no line of a file can give a variable of this name"
        yield ""
    yield from _elsewhere(inventory)
    for path, why in inventory.not_loaded:
        yield f"# not loaded, so there may be more: {path} ({' '.join(why.split())})"


def _elsewhere(inventory: Inventory) -> Iterator[str]:
    """What no environment variable gives, as the settings in pyproject.toml that say it is there."""
    for kind, key in _KEYS.items():
        things = [thing for thing in inventory.things if thing.kind is kind and thing.required and not thing.given]
        if things:
            yield f"# pyproject.toml, [tool.windtunnel]: {key} = {json.dumps([thing.name for thing in things])}"
            yield from (f"#   {json.dumps(thing.name)}: {_where(thing, _MOST_PLACES)}" for thing in things)
            yield ""


def _quoted(value: str) -> str:
    return value if _NAME.fullmatch(value) else f"'{value}'"
