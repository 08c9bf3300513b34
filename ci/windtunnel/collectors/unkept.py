"""Savers that did not save in a task which ended well, and why: nobody asked, or something stopped them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from windtunnel.collectors.effects import Effects
from windtunnel.collectors.executions import SAVER_TAG, Broken, Execution, hidden_defaults
from windtunnel.collectors.saved_files import Seen
from windtunnel.facts import SaveState


def savers_of(execution: Execution) -> list[Any]:
    """The saver nodes of a driver's graph."""
    return [node for node in execution.graph.nodes.values() if SAVER_TAG in node.tags]


def needed_by(execution: Execution) -> set[str]:
    """Every node that the final variables need, not looking behind what was overridden."""
    return _behind(execution.graph.nodes, execution.final_vars, execution.overrides)


def wished_by(execution: Execution) -> set[str]:
    """Every node that the final variables would need if nothing were overridden."""
    return _behind(execution.graph.nodes, execution.final_vars, ())


def unkept(execution: Execution, executions: Sequence[Execution], effects: Effects) -> Iterator[tuple[Any, Seen]]:
    """The savers of one of a task's executions that did not save, and what became of each."""
    caught = [broken for broken in execution.broken if not _is_made_good(broken, executions, effects)]
    raised = {broken.node.name: broken for broken in caught if SAVER_TAG in broken.node.tags}
    saved, needed = {done.node.name for done in execution.saved}, needed_by(execution)
    wished = wished_by(execution)
    for node in savers_of(execution):
        if node.name in raised:
            yield node, _swallowed(raised[node.name])
        elif node.name in saved:
            continue
        elif node.name in needed:
            yield node, _stopped(node, caught, execution)
        elif node.name in wished:
            yield node, _cut_off(node, execution)
        else:
            yield node, Seen(SaveState.NEVER_REQUESTED, detail=_mistaken_wish(node, execution))


def _behind(nodes: Mapping[str, Any], names: Iterable[str], ends: Collection[str]) -> set[str]:
    """The nodes of these names and all that they need, up to the `ends`, which are not among them."""
    needed: set[str] = set()
    waiting = [name for name in names if name in nodes]
    while waiting:
        name = waiting.pop()
        if name not in needed and name not in ends:
            needed.add(name)
            waiting += [dependency.name for dependency in nodes[name].dependencies]
    return needed


def _is_made_good(broken: Broken, executions: Sequence[Execution], effects: Effects) -> bool:
    """Whether the task has gone another way since: it has saved, written, connected or started something."""
    later = (saved.at > broken.at for execution in executions for saved in execution.saved)
    return effects.deeds > broken.deeds or any(later)


def _swallowed(broken: Broken) -> Seen:
    if broken.failure.needs:  # what this run could not give: elsewhere it may well save
        return Seen(SaveState.NOT_REACHED, detail=f"it wanted {broken.failure.needs}")
    return Seen(SaveState.SWALLOWED, detail=f"{broken.node.name!r} raised {broken.failure.summary}")


def _stopped(node: Any, caught: Sequence[Broken], execution: Execution) -> Seen:
    if node.name in execution.replaced:
        stand_in = execution.replaced[node.name]
        return Seen(SaveState.NOT_REACHED, detail=f"an adapter of the driver has put {stand_in} in its place")
    if execution.abroad and execution.well:
        return Seen(SaveState.UNSEEN, detail="it may have run in another process, which has sent no word of it")
    return _swallowed(caught[0]) if caught else Seen(SaveState.NOT_REACHED)


def _cut_off(node: Any, execution: Execution) -> Seen:
    if node.name in execution.overrides:
        return Seen(SaveState.NOT_REACHED, detail="it is overridden itself")
    wished = wished_by(execution)
    ends = [name for name in execution.overrides if name in wished]
    before = [name for name in ends if node.name in _behind(execution.graph.nodes, [name], ())]
    return Seen(SaveState.CUT_OFF, detail=f"the override of {' and '.join(map(repr, sorted(before)))} stands before it")


def _mistaken_wish(node: Any, execution: Execution) -> str:
    """The value that the saver would have saved, where that was asked for; "" where it was not."""
    value = hidden_defaults(node.callable).get("data_node_name", "")
    return value if value in execution.final_vars else ""
