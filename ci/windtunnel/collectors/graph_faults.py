"""What is wrong in the graphs of one Hamilton module, of all configurations that its decorators mention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.coverings import covering
from windtunnel.collectors.failures import relative
from windtunnel.collectors.hamilton_configs import Configuration, conditions, mentioned
from windtunnel.collectors.hamilton_functions import NodeFunction
from windtunnel.collectors.hamilton_graphs import Ask, Graphs, Wiring
from windtunnel.collectors.near_names import near_names
from windtunnel.collectors.redefined import redefined
from windtunnel.collectors.supplies import Supplies
from windtunnel.collectors.twins import twins
from windtunnel.collectors.undelivered import undelivered
from windtunnel.facts import CombinationFacts, CycleFacts, GapFacts, GraphFacts, HiddenFacts
from windtunnel.findings import Location
from windtunnel.graphs import rings

_MOST_FAILURES = 20  # of which the reason is looked for

Wired = tuple[tuple[Configuration, Wiring], ...]


def graph_facts(
    graphs: Graphs, functions: tuple[NodeFunction, ...], tried: Iterable[Configuration], file: Path
) -> GraphFacts:
    """All that is wrong in a module whose every mentioned value builds somehow."""
    named = mentioned(functions)
    rows = covering(named)
    supplies = Supplies(graphs.root, file)
    wired = _wired(graphs, rows)
    all_wired = (*wired, *_wired(graphs, (config for config in tried if config not in rows)))
    return GraphFacts(
        combinations=tuple(_combinations(graphs, named, rows)),
        gaps=tuple(_gaps(wired, named, supplies)) if graphs.is_whole else (),
        cycles=tuple(_cycles(all_wired, supplies)),
        redefined=redefined(file, graphs.root),
        near_names=near_names([wiring for _, wiring in all_wired], named, supplies) if graphs.is_whole else (),
        undelivered=undelivered(functions, file),
        twins=twins(functions),
        hidden=tuple(_hidden(functions)),
    )


def _wired(graphs: Graphs, configs: Iterable[Configuration]) -> Wired:
    wired = ((config, graphs.wiring(config)) for config in configs)
    return tuple((config, wiring) for config, wiring in wired if wiring is not None)


def shown(config: Mapping[str, Any]) -> str:
    """A configuration as people write it."""
    return ", ".join(f"{key}={value!r}" for key, value in config.items())


# Combinations that do not build


def _combinations(
    graphs: Graphs, named: Mapping[str, list[Any]], rows: Iterable[Configuration]
) -> Iterator[CombinationFacts]:
    """One for each reason, with the first pair of values that shows it."""
    failing = [row for row in rows if not graphs.builds(row)][:_MOST_FAILURES]
    by_reason: defaultdict[CombinationFacts, dict[str, None]] = defaultdict(dict)
    for row in failing:
        culprits = {key: row[key] for key in row if _matters(key, row, named, graphs)}
        if len(culprits) > 1:
            by_reason[_reason(row, graphs)][shown(culprits)] = None
    for facts, configs in by_reason.items():
        yield replace(facts, config=next(iter(configs)), others=len(configs) - 1)


def _matters(key: str, row: Configuration, named: Mapping[str, list[Any]], graphs: Graphs) -> bool:
    """Whether it would build with another value of this key alone, or without the key."""
    others = {name: value for name, value in row.items() if name != key}
    changed = [others, *({**others, key: value} for value in named[key] if value != row[key])]
    return any(map(graphs.builds, changed))


def _reason(row: Configuration, graphs: Graphs) -> CombinationFacts:
    """Why it does not build, with the configuration left empty."""
    for node, one, other in graphs.made_twice(row):
        makers = ((one.name, one.location), (other.name, other.location))
        return CombinationFacts("", other.location, "", node, makers)
    failure = graphs.plain_failure(row)
    place = failure.location or Location(relative(str(graphs.module.__file__), graphs.root))
    return CombinationFacts("", place, failure.summary)


# Values without a variant


def _gaps(wired: Wired, named: Mapping[str, list[Any]], supplies: Supplies) -> Iterator[GapFacts]:
    """Nodes that are there for some values of a key and not for another, with which they are asked for all the same."""
    missing: defaultdict[tuple[str, Location], dict[str, list[Ask]]] = defaultdict(dict)
    for name, makers in _all_makers(wired).items():
        for key, value in ((key, value) for key, values in named.items() for value in values):
            asks = _always_asked(name, [wiring for config, wiring in wired if config[key] == value])
            if asks and not _is_thought_of(key, value, makers) and not supplies.give(name):
                missing[shown({key: value}), makers[0].location][name] = asks
    for (config, location), by_name in missing.items():
        asks = [ask for found in by_name.values() for ask in found]
        asked_by = tuple(dict.fromkeys(ask.node for ask in asks))
        yield GapFacts(tuple(by_name), config, location, asked_by, silent=not any(ask.is_required for ask in asks))


def _all_makers(wired: Wired) -> dict[str, list[NodeFunction]]:
    makers: defaultdict[str, dict[int, NodeFunction]] = defaultdict(dict)
    for _, wiring in wired:
        for name, maker in wiring.makers.items():
            makers[name][id(maker)] = maker
    return {name: sorted(found.values(), key=lambda one: one.location) for name, found in makers.items()}


def _always_asked(name: str, wirings: list[Wiring]) -> list[Ask]:
    """Who asks for it in the first of these graphs, where it is asked for, and an input, in each of them."""
    asks = [[ask for ask in wiring.asks if ask.name == name] for wiring in wirings]
    return asks[0] if asks and all(asks) else []


def _is_thought_of(key: str, value: Any, makers: Iterable[NodeFunction]) -> bool:
    """Whether a variant itself speaks of the value: it is not there on purpose."""
    own = (condition for maker in makers for condition in conditions(maker))
    return any(condition.key == key and value in condition.values for condition in own)


# Functions whose node is a key of the configuration


def _hidden(functions: Iterable[NodeFunction]) -> Iterator[HiddenFacts]:
    """Hamilton makes no node of a name that the configuration has: hamilton/graph.py, create_function_graph."""
    for one in functions:
        node = _node_name(one)
        # A function for the value None is there where the key is not.
        if any(c.key == node and c.wanted and None not in c.values for c in conditions(one)):
            yield HiddenFacts(one.name, node, one.location)


def _node_name(function: NodeFunction) -> str:
    """The name that `@config` gives to its node: its `name`, else that of the function without the suffix."""
    given = (getattr(resolver, "target_name", None) for resolver in function.decorators("resolve"))
    return str(next(filter(None, given), None) or function.name.rpartition("__")[0] or function.name)


# Cycles


def _cycles(wired: Wired, supplies: Supplies) -> Iterator[CycleFacts]:
    """Each cycle once; not one that somebody cuts by giving one of its nodes."""
    found: dict[frozenset[str], tuple[CycleFacts, int]] = {}
    for config, wiring in wired:
        for nodes in rings(wiring.needs):
            located = [wiring.makers[node].location for node in nodes if node in wiring.makers]
            if located:
                facts = CycleFacts(nodes, min(located), shown(config))
                first, count = found.get(frozenset(nodes), (facts, 0))
                found[frozenset(nodes)] = (first, count + 1)
    for facts, count in found.values():
        if not any(map(supplies.override, facts.nodes)):
            yield replace(facts, config="") if count == len(wired) else facts
