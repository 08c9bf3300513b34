"""Settings in, inventory out: all that the DAG files of a repository ask of their deployment."""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack

from windtunnel.airflow_compat.environment import CONNECTION, VARIABLE
from windtunnel.checks import catalogue
from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.discovery import discover
from windtunnel.collectors.env_file import read_env_file
from windtunnel.collectors.fixtures import read_fixtures, with_pools
from windtunnel.collectors.inventory import Given, collect_inventories
from windtunnel.engine import Progress, silent
from windtunnel.facts import End, InventoryFacts, NeedFacts, NeedKind
from windtunnel.plan import LOAD_SUBJECTS, Plan
from windtunnel.pools import Pools
from windtunnel.report import Inventory, Thing
from windtunnel.settings import Settings

_MOST_ROUNDS = 20  # each finds at least one more thing that is read at import
_PREFIXES = {NeedKind.CONNECTION: CONNECTION, NeedKind.VARIABLE: VARIABLE}


def take(settings: Settings, progress: Progress = silent, pools: Pools | None = None) -> Inventory:
    """Load the DAG files that the settings ask for, and say what they need. Raises UsageError where there are none.

    Whoever hands its own `pools` in closes them.
    """
    found = discover(settings)
    plan = Plan.of([check for check in catalogue() if check.on in LOAD_SUBJECTS], found, settings)
    fixtures = read_fixtures(settings)
    settings = with_pools(settings, fixtures)
    environment = {**read_env_file(settings.env_file), **fixtures.environment(), **os.environ}
    with ExitStack() as stack:
        pools = pools or stack.enter_context(plan.pools(settings))
        facts = _facts(pools, found.dag_files, environment, settings.timeout, progress)
    return inventory_of(facts, {**fixtures.environment_of_any(), **environment}, settings)


def _facts(
    pools: Pools, files: Sequence[DagFile], environment: Mapping[str, str], timeout: float, progress: Progress
) -> list[InventoryFacts]:
    """The inventory of each file. One that does not load for want of something is given a placeholder, and read again.

    So one call tells all that a file needs, and not only what it asks for first.
    """
    known: dict[str, InventoryFacts] = {}
    given: dict[DagFile, Given] = dict.fromkeys(files, ())
    waiting = list(files)
    for _ in range(_MOST_ROUNDS):
        for facts in collect_inventories(pools.dags, [(file, given[file]) for file in waiting], timeout):
            known[facts.path] = facts
            progress("load", len(known), len(files), facts.path)
        more = {file: _placeholders(known[file.path], environment) for file in waiting}
        waiting = [file for file in waiting if set(more[file]) - set(given[file])]
        given.update({file: more[file] for file in waiting})
        if not waiting:
            break
    return list(known.values())


def _placeholders(facts: InventoryFacts, environment: Mapping[str, str]) -> Given:
    """What could let a file load that did not; nothing where nothing is missing."""
    if not any(failure.needs for failure in facts.failures):
        return ()
    things = inventory_of([facts], environment).things
    return tuple(
        (thing.variable, thing.placeholder) for thing in things if thing.required and thing.variable and not thing.given
    )


def inventory_of(
    facts: Iterable[InventoryFacts], environment: Mapping[str, str], settings: Settings | None = None
) -> Inventory:
    """The inventories of single files as one, each thing once, with all places that ask for it.

    The settings say which pools and queues there are, and which assets come from elsewhere.
    """
    facts = sorted(facts, key=lambda one: one.path)
    asked: dict[tuple[NeedKind, str], list[NeedFacts]] = defaultdict(list)
    for need in (need for one in facts for need in one.needs):
        asked[need.kind, need.name].append(need)
    order = list(NeedKind)
    declared = _declared(settings) if settings else {}
    things = [_thing(needs, environment, declared) for needs in asked.values()]
    return Inventory(
        things=tuple(sorted(things, key=lambda thing: (order.index(thing.kind), not thing.required, thing.name))),
        not_loaded=tuple((one.path, why) for one in facts if (why := _why_not_loaded(one))),
    )


def _declared(settings: Settings) -> dict[NeedKind, tuple[str, ...]]:
    declared = {NeedKind.POOL: settings.pools, NeedKind.QUEUE: settings.queues, NeedKind.ASSET: settings.assets}
    return {kind: names for kind, names in declared.items() if names}


def _thing(
    needs: list[NeedFacts], environment: Mapping[str, str], declared: Mapping[NeedKind, tuple[str, ...]]
) -> Thing:
    first = needs[0]
    variable = environment_name(first.kind, first.name)
    forms = [need.form for need in needs if need.form]
    is_there: bool | None = None  # of pools and queues nobody has said which there are
    if first.kind in declared or first.kind is NeedKind.ASSET:
        is_there = "made" in forms or first.name in declared.get(first.kind, ())
    # The places without which there is no way on come first: they are what somebody has to look at.
    places = sorted(needs, key=lambda need: (not need.required, need.location))
    return Thing(
        kind=first.kind,
        name=first.name,
        required=any(need.required for need in needs),
        at_import=any(need.at_import for need in needs),
        form=forms[0] if forms else "",
        places=tuple(dict.fromkeys(need.location for need in places)),
        variable=variable,
        given=variable in environment if variable else is_there,
        placeholder=_placeholder(first, forms),
    )


def _placeholder(need: NeedFacts, forms: list[str]) -> str:
    """Hosts below .invalid exist nowhere (RFC 2606): whoever calls one asks for the network, and is not judged."""
    if need.kind is NeedKind.CONNECTION:
        host = re.sub(r"[^a-z0-9]+", "-", need.name.lower()).strip("-") or "host"
        return json.dumps({"conn_type": forms[0] if forms else "generic", "host": f"{host}.invalid"})
    return "{}" if "json" in forms else "stub"


def environment_name(kind: NeedKind, name: str) -> str:
    """The environment variable by which something can be given; "" for what cannot be given so."""
    if kind is NeedKind.ENVIRONMENT:
        return name
    return f"{_PREFIXES[kind]}{name.upper()}" if kind in _PREFIXES else ""


def _why_not_loaded(facts: InventoryFacts) -> str:
    if facts.process.end is not End.COMPLETED:
        return facts.process.detail or facts.process.end.value
    return facts.failures[0].summary if facts.failures else ""
