"""A recorded dataflow played again: the same graph in this process, without what touches the outside.

What entered the dataflow in the real run stands as it was recorded: inputs, overrides, results of loaders, and nodes
that depend on nothing. Savers and materializers are left out.
"""

from __future__ import annotations

import asyncio
import copy
import importlib
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from windtunnel.collectors.recorded import RecordedDataflow, value_in


class NotReplayable(Exception):
    """The dataflow, or this value of it, cannot be made again here; the text says why."""


@dataclass(frozen=True, slots=True)
class Raised:
    """What a node did in the place of returning a value."""

    error: BaseException


class Replay:
    """One recorded dataflow, in a process of its own. NotReplayable where modules or graph are not what they were.

    `nodes` are Hamilton's nodes by name, in an order in which they can be computed: those that ran, but for savers,
    materializers, and what enters. `entering` are the names of that. `left_out` are the nodes that cannot be computed
    again, with the reason; what is recorded of them stands. `modules` are those that the driver was given.
    """

    def __init__(self, recorded: RecordedDataflow) -> None:
        self.recorded = recorded
        self._known: dict[str, Any] = {}
        self.modules = tuple(_imported(name, file) for name, file in recorded.modules)
        graph = _graph(recorded, self.modules)
        self._all = graph
        self.entering: tuple[str, ...] = ()
        self.left_out: dict[str, str] = {}
        self._in_blocks: set[str] = set()
        self.nodes: dict[str, Any] = {}
        self._lay_out()

    def value_of(self, name: str) -> Any:
        """What entered, or what the node returned in the real run, else returns here. A copy; NotReplayable if neither.

        What a node raises on what was recorded is NotReplayable too: then something has changed since.
        """
        return copied(self._value(name))

    def arguments_of(self, name: str) -> dict[str, Any]:
        """The recorded keyword arguments of a node's callable, as copies."""
        return {needed: self.value_of(needed) for needed in self.needed_by(name)}

    def needed_by(self, name: str) -> tuple[str, ...]:
        """What the node got its arguments from: all that it depends on but for optional inputs that were not given."""
        node = self._all[name]
        known = (self.nodes, self.entering, self.recorded.savers)
        return tuple(one.name for one in node.dependencies if any(one.name in kind for kind in known))

    def node(self, name: str) -> Any:
        """Hamilton's node of this name, also where it enters; None where a materializer made it."""
        return self._all.get(name)

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """The result of a node, or what it Raised; the arguments are handed to it as they are."""
        try:
            value = self._all[name].callable(**arguments)
            return asyncio.run(value) if inspect.iscoroutine(value) else value
        except (Exception, SystemExit) as error:
            return Raised(error)

    def run(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """Each node downstream of what is `changed`, in order, with its value or what it Raised.

        Those behind one that raised, and what cannot be computed again, are absent.
        """
        results: dict[str, Any] = {}
        lost: set[str] = set()
        for name in self.nodes:
            needed = self.needed_by(name)
            is_touched = any(one in changed or one in results or one in lost for one in needed)
            if name in changed or not is_touched:
                continue
            if name in self.left_out or any(one in lost for one in needed):
                lost.add(name)
                continue
            value = self.call(name, {one: self._now(one, changed, results) for one in needed})
            if isinstance(value, Raised):
                lost.add(name)
            results[name] = value
        return results

    def downstream_of(self, names: Iterable[str]) -> frozenset[str]:
        """The nodes that compute something else when one of these changes."""
        reached = set(names)
        for name in self.nodes:
            if name not in self.left_out and any(one in reached for one in self.needed_by(name)):
                reached.add(name)
        return frozenset(reached.intersection(self.nodes))

    def _now(self, name: str, changed: Mapping[str, Any], results: Mapping[str, Any]) -> Any:
        if name in changed:
            return copied(changed[name])
        return copied(results[name]) if name in results else self.value_of(name)

    def _value(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._recorded(name) if self._is_recorded(name) else self._computed(name)
        return self._known[name]

    def _is_recorded(self, name: str) -> bool:
        return any(name in kind for kind in self._kinds())

    def _kinds(self) -> tuple[Mapping[str, bytes], ...]:
        recorded = self.recorded
        return recorded.overrides, recorded.values, recorded.inputs, recorded.config

    def _recorded(self, name: str) -> Any:
        kept = next(kind[name] for kind in self._kinds() if name in kind)
        try:
            return value_in(kept)
        except Exception as error:
            raise NotReplayable(f"{name} cannot be made again: {type(error).__name__}: {error}") from error

    def _computed(self, name: str) -> Any:
        if name not in self.nodes or name in self.left_out:
            raise NotReplayable(f"{name} was not kept: {self._why_missing(name)}")
        value = self.call(name, self.arguments_of(name))
        if isinstance(value, Raised):
            raise NotReplayable(
                f"{name} raises {type(value.error).__name__} when it is computed again"
            ) from value.error
        return value

    def _why_missing(self, name: str) -> str:
        return self.left_out.get(name) or self.recorded.missing.get(name, "its value was too large or did not pickle")

    # The graph

    def _lay_out(self) -> None:
        recorded, entering = self.recorded, dict.fromkeys(self.recorded.overrides)
        ran = [name for name in recorded.executed if name in self._all and name not in recorded.savers]
        for name in self._in_order([*ran, *self._needed_by_savers()]):
            if self._enters(name):
                entering[name] = None
            elif not self._all[name].user_defined:
                self.nodes[name] = self._all[name]
        consumed = {one.name for node in self.nodes.values() for one in node.dependencies}
        self.entering = tuple(name for name in entering if name in consumed and name not in recorded.savers)
        self._leave_out()

    def _needed_by_savers(self) -> Iterator[str]:
        for name in self.recorded.savers:
            yield from (one.name for one in getattr(self._all.get(name), "dependencies", ()))

    def _enters(self, name: str) -> bool:
        recorded = self.recorded
        if any(name in kind for kind in (recorded.overrides, recorded.loaders, recorded.savers, recorded.foreign)):
            return True
        node = self._all[name]
        if node.user_defined:
            return name in recorded.inputs or name in recorded.config or name in recorded.missing
        return not any(self._is_given(one) for one in node.dependencies)

    def _is_given(self, node: Any) -> bool:
        recorded = self.recorded
        known = (recorded.inputs, recorded.config, recorded.missing)
        return not node.user_defined or any(node.name in kind for kind in known)

    def _in_order(self, names: Iterable[str]) -> Iterator[str]:
        """These and what they need, each after what it needs; nothing behind what enters."""
        done: set[str] = set()
        stack = [(name, False) for name in reversed(list(names))]
        while stack:
            name, is_ready = stack.pop()
            if name in done:
                continue
            if is_ready:
                done.add(name)
                yield name
                continue
            stack.append((name, True))
            if not self._enters(name) and not self._all[name].user_defined:
                stack += [(one.name, False) for one in reversed(self._all[name].dependencies) if one.name not in done]

    def _leave_out(self) -> None:
        """Blocks of Parallelizable and Collect are computed as often as they have elements, which is not done here."""
        for name, node in self.nodes.items():
            role = getattr(node.node_role, "name", "")
            is_inside = any(one in self.left_out and not self._is_collect(one) for one in self.needed_by(name))
            if role in ("EXPAND", "COLLECT") or is_inside:
                self.left_out[name] = "it belongs to a Parallelizable block"
                self._in_blocks.add(name)

    def is_of_elements(self, name: str) -> bool:
        """Whether the node begins a Parallelizable block or stands in it: who needs it gets one element at a time."""
        return name in self._in_blocks and not self._is_collect(name)

    def _is_collect(self, name: str) -> bool:
        return getattr(self._all[name].node_role, "name", "") == "COLLECT"


def copied(value: Any) -> Any:
    """A copy for a node to do with as it likes; what cannot be copied (a lock, a connection) is shared."""
    try:
        return copy.deepcopy(value)
    except Exception:
        return value


def _graph(recorded: RecordedDataflow, modules: Sequence[ModuleType]) -> dict[str, Any]:
    from hamilton.graph import create_function_graph
    from hamilton.lifecycle import base

    class Tolerant(base.BaseDoCheckEdgeTypesMatch):
        """The graph was built once, whatever adapter let it pass."""

        def do_check_edge_types_match(self, *, type_from: type, type_to: type) -> bool:  # noqa: ARG002  the protocol's
            return True

    try:
        config = {name: value_in(kept) for name, kept in recorded.config.items()}
        adapters = base.LifecycleAdapterSet(Tolerant())
        graph: dict[str, Any] = create_function_graph(
            *modules, config=config, adapter=adapters, allow_module_overrides=True
        )
    except Exception as error:
        raise NotReplayable(f"its graph cannot be built again: {type(error).__name__}: {error}") from error
    absent = [name for name in recorded.executed if name not in graph and name not in recorded.foreign]
    if absent:
        raise NotReplayable(f"it has no node {absent[0]} when it is built again")
    return graph


def _imported(name: str, file: str) -> ModuleType:
    if file and (home := _home(name, file)) not in sys.path:
        sys.path.insert(0, home)
    try:
        module = importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise NotReplayable(f"its module {name} cannot be imported alone: {type(error).__name__}: {error}") from error
    if file and Path(str(getattr(module, "__file__", ""))).resolve() != Path(file).resolve():
        raise NotReplayable(f"another module than the one in the run is imported as {name}")
    return module


def _home(name: str, file: str) -> str:
    """The folder that the module's name counts from."""
    path = Path(file).parent if Path(file).stem == "__init__" else Path(file)
    return str(path.parents[min(name.count("."), len(path.parents) - 1)])
