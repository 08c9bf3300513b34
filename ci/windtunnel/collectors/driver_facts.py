"""What one execution of a driver asked of its dataflow, and what became of what it was given, as facts."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from windtunnel.collectors.executions import Execution
from windtunnel.collectors.function_lines import location_of
from windtunnel.collectors.hamilton_configs import mentioned
from windtunnel.collectors.hamilton_functions import NodeFunction
from windtunnel.collectors.unkept import needed_by, wished_by
from windtunnel.facts import DriverFacts, Fate, Gift, GivenFacts, SlowNodeFacts
from windtunnel.findings import Location

_ALIKE = 0.8  # of 1; a letter left out of a name of five
_SHORTEST = 3  # letters of a word of a name: what differs in less may be another thing (path_a and path_b)
_CONTEXT = frozenset({"dag", "dag_run", "ds", "params", "run_id", "task", "ti"})


def driver_facts(
    execution: Execution, task_id: str, map_index: int, params: Mapping[str, Any], root: Path
) -> DriverFacts:
    """One execution of a task of a DAG with these params."""
    nodes = execution.graph.nodes
    functions = [function for node in nodes.values() for function in node.originating_functions or ()]
    return DriverFacts(
        task_id=task_id,
        map_index=map_index,
        modules=tuple(sorted({function.__module__ for function in functions})),
        nodes=tuple(sorted(nodes)),
        executed=tuple(execution.executed),
        final_vars=execution.final_vars,
        inputs=execution.inputs,
        overrides=execution.overrides,
        seconds=execution.seconds,
        location=execution.driven_at,
        well=execution.well,
        config=tuple(_config(execution.graph, functions)),
        adapters=tuple(_adapters(execution.graph)),
        given=tuple(_given(execution, frozenset(params))),
        reached=tuple(dict.fromkeys(_reached(nodes, execution.executed))),
        slow=tuple(_slow(execution, root)),
        is_chosen=_is_chosen(execution, params),
        engines=execution.engines,
    )


def _reached(nodes: Mapping[str, Any], executed: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The module and the name of each node that was executed; of those in a @subdag also what they are in their own."""
    for name in dict.fromkeys(executed):
        functions = nodes[name].originating_functions if name in nodes else ()
        if functions:
            yield functions[-1].__module__, name
        for inner in functions[:-1] if functions else ():
            yield inner.__module__, name.rpartition(".")[2]


def _is_chosen(execution: Execution, params: Mapping[str, Any]) -> bool:
    values = [getattr(param, "value", param) for param in params.values()]
    held = [one for value in values for one in (value if isinstance(value, list | tuple) else [value])]
    return any(isinstance(one, str) and one in execution.final_vars for one in held)


def _slow(execution: Execution, root: Path) -> Iterator[SlowNodeFacts]:
    for slow in execution.slow:
        for function in (slow.node.originating_functions or ())[-1:]:
            place = location_of(function, root)
            yield SlowNodeFacts(function.__module__, slow.node.name, slow.seconds, place, slow.content)


def _adapters(graph: Any) -> Iterator[str]:
    """The classes of the driver's adapters, without those that windtunnel has added."""
    for adapter in getattr(getattr(graph, "adapter", None), "adapters", ()):
        if not type(adapter).__module__.startswith("windtunnel."):
            yield f"{type(adapter).__module__}.{type(adapter).__qualname__}"


def _config(graph: Any, functions: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """The keys, each with its value where the decorators name that: any other may be a secret."""
    if not graph.config:
        return
    named = mentioned([NodeFunction(one.__name__, one, Location("?")) for one in _neighbours(functions)])
    for key, value in graph.config.items():
        if not str(key).startswith("hamilton."):
            known = any(type(value) is type(one) and value == one for one in named.get(key, ()))
            yield str(key), repr(value) if known else ""


def _neighbours(functions: Iterable[Any]) -> Iterator[Any]:
    """All functions of the modules of these, whether the configuration has switched them on or not."""
    for name in {function.__module__ for function in functions} & sys.modules.keys():
        yield from (
            one for one in vars(sys.modules[name]).values() if inspect.isfunction(one) and one.__module__ == name
        )


def _given(execution: Execution, params: Collection[str]) -> Iterator[GivenFacts]:
    needed = needed_by(execution)
    along = _along(execution, params)
    for name in execution.inputs:
        fate = _fate_of_input(name, execution, needed)
        nearest = _nearest(name, _unfilled(execution)) if fate is Fate.UNKNOWN else ""
        yield GivenFacts(name, Gift.INPUT, fate, nearest, name in along)
    wished = wished_by(execution)
    for name in execution.overrides:
        is_known = name in execution.graph.nodes
        fate = Fate.TAKEN if name in wished else Fate.UNNEEDED if is_known else Fate.UNKNOWN
        nearest = "" if is_known else _nearest(name, execution.graph.nodes.keys() - set(execution.overrides))
        yield GivenFacts(name, Gift.OVERRIDE, fate, nearest)


def _fate_of_input(name: str, execution: Execution, needed: Collection[str]) -> Fate:
    node = execution.graph.nodes.get(name)
    if node is None:
        return Fate.TAKEN if name in execution.final_vars else Fate.UNKNOWN
    if node.user_defined:
        return Fate.TAKEN if name in needed else Fate.UNNEEDED
    if name not in execution.executed:
        return Fate.UNNEEDED
    return Fate.AGREED if name in execution.agreed else Fate.COMPUTED


def _unfilled(execution: Execution) -> set[str]:
    """What the dataflow would take, and nobody gives it: that has a default, or is not needed."""
    asked = {name for name, node in execution.graph.nodes.items() if node.user_defined}
    return asked - set(execution.inputs) - set(execution.overrides) - set(execution.graph.config)


def _nearest(name: str, others: Iterable[str]) -> str:
    alike = {other: SequenceMatcher(None, name, other).ratio() for other in sorted(others) if _may_be(name, other)}
    best = max(alike, key=alike.__getitem__, default="")
    return best if best and alike[best] >= _ALIKE else ""


def _may_be(name: str, other: str) -> bool:
    """Whether the names differ in no word that only numbers or letters things."""
    mine, others = name.split("_"), other.split("_")
    apart = {*mine, *others} - ({*mine} & {*others})
    return not any(len(word) < _SHORTEST or any(map(str.isdigit, word)) for word in apart)


def _along(execution: Execution, params: Collection[str]) -> Collection[str]:
    """The inputs that came in a mapping made for something else, which was handed on whole."""
    given = set(execution.inputs)
    if len(given & _CONTEXT) >= _SHORTEST:
        return given
    return set(params) if len(params) > 1 and given >= set(params) else ()
