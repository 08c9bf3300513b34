"""Parameters that nothing gives, and whose names are one slip away from that of a node which would fit."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from windtunnel.collectors.hamilton_graphs import Ask, Wiring
from windtunnel.collectors.supplies import Supplies
from windtunnel.facts import NearNameFacts

_LONG = 8
_SHORTEST = 5  # letters of a word: shorter ones are too often one letter apart, as `date` and `data`


def near_names(wirings: list[Wiring], keys: Iterable[str], supplies: Supplies) -> tuple[NearNameFacts, ...]:
    """One for each such parameter: asked for by one function only, of a node's type, and no cycle if it were wired.

    It is none of the `keys` of the configuration.
    """
    types = {name: kind for wiring in wirings for name, kind in wiring.types.items()}
    asks: defaultdict[str, dict[int, Ask]] = defaultdict(dict)
    for ask in (ask for wiring in wirings for ask in wiring.asks):
        asks[ask.name][id(ask.maker)] = ask
    found: list[NearNameFacts] = []
    for name in (name for name in asks if name not in {*types, *keys}):
        ask, *others = asks[name].values()
        if others or ask.maker is None:
            continue
        near = [node for node in types if _is_slip(name, node, has_default=not ask.is_required)]
        fitting = [node for node in near if _fits(ask, node, types) and not _leads_back(node, ask, wirings)]
        if len(fitting) == 1 and not supplies.know(name):
            default = "" if ask.is_required else _default(ask)
            found.append(NearNameFacts(name, fitting[0], ask.maker.name, ask.maker.location, default))
    return tuple(found)


def _fits(ask: Ask, node: str, types: Mapping[str, Any]) -> bool:
    from hamilton.htypes import types_match

    return types[node] is not Any and ask.type is not Any and bool(types_match(ask.type, types[node]))


def _leads_back(node: str, ask: Ask, wirings: Iterable[Wiring]) -> bool:
    """Whether the node itself needs what is asked for, or the one that asks: then it is another thing."""
    for wiring in wirings:
        above = set(_above(node, wiring))
        if ask.node in above or any(other.name == ask.name and other.node in above for other in wiring.asks):
            return True
    return False


def _above(node: str, wiring: Wiring) -> Iterator[str]:
    waiting, seen = [node], {node}
    while waiting:
        here = waiting.pop()
        yield here
        new = [name for name in wiring.needs.get(here, ()) if name not in seen]
        seen.update(new)
        waiting += new


def _default(ask: Ask) -> str:
    assert ask.maker is not None
    parameter = inspect.signature(ask.maker.function).parameters.get(ask.name)
    text = "" if parameter is None or parameter.default is parameter.empty else repr(parameter.default)
    return text if len(text) <= 40 else text[:39] + "…"


def _is_slip(name: str, node: str, *, has_default: bool) -> bool:
    """Whether a hand that meant `node` may have written `name`: one letter too many, missing, other, or out of place.

    Not where digits differ, nor where the words are short, unless in a longer name two letters have changed places. One
    letter more or less at the end of a word is often meant (a plural, a participle), and counts only where a default
    would hide the slip.
    """
    ours, theirs = name.lower().split("_"), node.lower().split("_")
    if name.lower() == node.lower():
        return name != node
    if _is_exchange(name, node):
        return len(name) >= _LONG and not {"from", "form"} & {*ours}
    if len(ours) != len(theirs):
        return name.replace("_", "") == node.replace("_", "")
    differing = [(mine, its) for mine, its in zip(ours, theirs, strict=True) if mine != its]
    if len(differing) != 1:
        return False
    mine, its = differing[0]
    if min(len(mine), len(its)) < _SHORTEST or re.findall(r"\d", mine) != re.findall(r"\d", its):
        return False
    if mine[:-1] == its or its[:-1] == mine:
        return has_default
    return _is_one_edit(mine, its)


def _is_exchange(one: str, other: str) -> bool:
    """Whether two neighbours, no digits, have changed places."""
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    if len(one) != len(other) or len(places) != 2 or places[1] - places[0] != 1:
        return False
    swapped = one[places[0] : places[1] + 1]
    return swapped == other[places[1]] + other[places[0]] and not any(map(str.isdigit, swapped))


def _is_one_edit(one: str, other: str) -> bool:
    """Whether two different words are one insertion, deletion, substitution or exchange of neighbours apart."""
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return abs(len(one) - len(other)) == 1
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
