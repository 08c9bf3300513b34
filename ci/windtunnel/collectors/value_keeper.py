"""Keeps what enters the drivers of one task attempt and what their nodes return, while the task is at work.

What is downstream may change a value in place, so it is taken at once: tables as copies that pandas makes only when
somebody writes, other values in bytes. The tables are pickled when the task has ended. So that a real run does not
become slow of it, no value may have more than `MOST_BYTES` (of a larger table that enters, some rows are kept, and
nothing that was computed from it), all of one execution no more than `MOST_OF_ALL`; and where taking has cost more than
`FREE_SECONDS` and `SHARE` of the execution so far, or pickling at the end more than these or `SECONDS_AT_END`, only
what enters the dataflow is kept: who plays it again computes the rest.
"""

from __future__ import annotations

import io
import pickle
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from windtunnel.collectors.executions import LOADER_TAG, SAVER_TAG
from windtunnel.collectors.recorded import RecordedDataflow

MOST_BYTES = 16 << 20
MOST_OF_ALL = 64 << 20
FREE_SECONDS = 0.001
SHARE = 0.02
HELD = 1e-9  # seconds that a byte costs which is not given back: what is computed next needs fresh memory
SECONDS_AT_END = 0.2
ROWS_OF_LARGE = 10_000  # of a table that has more bytes, about as many are kept
_MOST_EXECUTIONS = 4  # of one attempt: a task may drive a dataflow in a loop
_PLAIN = (int, float, bool, type(None))  # these are always kept: that costs a microsecond
_SHORT = 1_000
_RUN_NODES = ("do_node_execute", "do_remote_execute", "do_node_execute_async")


class _TooLarge(Exception):
    """It has more bytes than may be kept."""


class _Bounded(io.BytesIO):
    """A buffer that refuses to grow beyond its bound."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._left = most

    def write(self, data: Any) -> int:
        self._left -= memoryview(data).nbytes
        if self._left < 0:
            raise _TooLarge
        return super().write(data)


def pickled(value: Any, most: int = MOST_BYTES) -> bytes | str:
    """The value in bytes, or why it cannot be kept."""
    if hasattr(type(value), "__dask_graph__"):
        return "it is not computed yet"
    buffer = _Bounded(most)
    try:
        pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    except _TooLarge:
        return f"it has more than {most >> 20} MiB"
    except Exception as error:  # whatever a class of the user's does when it is pickled
        return f"{type(value).__name__} does not pickle ({type(error).__name__})"
    return buffer.getvalue()


class _Table:
    """A table as it was, not in bytes yet; or some rows of it, where it is `cut`."""

    __slots__ = ("cut", "value")

    def __init__(self, value: Any, *, cut: bool = False) -> None:
        self.value, self.cut = value, cut


Taken = bytes | str | _Table


def _taken(value: Any, most: int) -> Taken:
    """The value as it is now, or why it cannot be kept."""
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if pandas is not None and isinstance(value, pandas.DataFrame | pandas.Series):
        if 8 * value.size > most:
            return _Table(value.iloc[:: -(-len(value) // ROWS_OF_LARGE)].copy(), cut=True)
        return _Table(value.copy(deep=not _copies_on_write(pandas)))
    if numpy is not None and type(value) is numpy.ndarray and value.dtype.kind in "biufcmM":
        return _Table(value.copy()) if value.nbytes <= most else f"it has more than {most >> 20} MiB"
    return pickled(value, most)


@cache
def _copies_on_write(pandas: ModuleType) -> bool:
    return int(pandas.__version__.partition(".")[0]) >= 3


@dataclass(slots=True)
class _Kept:
    """One execution so far; what was `taken` is there by kind (config, inputs, overrides, values) and name."""

    graph: Any
    modules: tuple[ModuleType, ...]
    final_vars: tuple[str, ...]
    adapters: tuple[str, ...]
    engines: tuple[str, ...] = ()
    taken: dict[tuple[str, str], Taken] = field(default_factory=dict)
    entered: set[tuple[str, str]] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)
    executed: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    spent: float = 0.0
    began: float = field(default_factory=time.monotonic)
    well: bool = False
    abroad: bool = False
    seconds: float = 0.0

    def take(self, kind: str, name: str, value: Any, *, enters: bool) -> None:
        """Keep the value, if that is cheap beside what the execution has taken so far; in any case if it enters."""
        if type(value) in _PLAIN or (type(value) is str and len(value) < _SHORT):
            self.taken[kind, name] = pickle.dumps(value)
            self.entered.update([(kind, name)] if enters else [])
            return
        if not enters and self.spent > FREE_SECONDS + SHARE * (time.monotonic() - self.began):
            return
        started = time.thread_time()  # who shares the processor must not decide what is kept
        found = _taken(value, min(MOST_BYTES, MOST_OF_ALL - self.size))
        if enters and isinstance(found, str):
            self.missing[name] = found
        elif not isinstance(found, str) and (enters or not getattr(found, "cut", False)):
            self.taken[kind, name] = found
            held = len(found) if isinstance(found, bytes) else found.value.size * 8
            self.size += held
            self.spent += held * HELD
            self.entered.update([(kind, name)] if enters else [])
        self.spent += time.thread_time() - started

    @property
    def cut(self) -> tuple[str, ...]:
        """What entered and is kept in part."""
        return tuple(name for (_, name), one in self.taken.items() if getattr(one, "cut", False))

    def needed(self) -> dict[str, Any]:
        """The nodes that what was asked for needs, by name: those of a driver that ended well have all run."""
        asked = [name for name in self.final_vars if name in self.graph.nodes]
        given = {kind: {one: None for known, one in self.taken if known == kind} for kind in ("inputs", "overrides")}
        nodes, _ = self.graph.get_upstream_nodes(asked, given["inputs"], given["overrides"])
        ran = [node for node in nodes if not node.user_defined and node.name not in given["overrides"]]
        return {node.name: node for node in sorted(ran, key=lambda node: str(node.name))}

    def in_bytes(self) -> dict[str, dict[str, bytes]]:
        """What was taken, by kind and name: what entered the dataflow before what was computed in it."""
        kinds: dict[str, dict[str, bytes]] = {"config": {}, "inputs": {}, "overrides": {}, "values": {}}
        is_cut = bool(self.cut) or self.abroad
        ends = time.thread_time() + min(SECONDS_AT_END, FREE_SECONDS + SHARE * self.seconds)
        for kind, name in sorted(self.taken, key=lambda place: place not in self.entered):
            one = self.taken[kind, name]
            enters = (kind, name) in self.entered
            if is_cut and not enters:
                continue
            if isinstance(one, _Table):
                one = pickled(one.value) if enters or time.thread_time() < ends else ""
            if isinstance(one, bytes):
                kinds[kind][name] = one
            elif enters:
                self.missing[name] = str(one)
        return kinds


class ValueKeeper:
    """What one attempt of a task has computed by drivers. `keep` puts down those executions that ended well."""

    def __init__(self, folder: Path, dag_id: str, task_id: str, map_index: int) -> None:
        self._folder = folder
        self._of = (dag_id, task_id, map_index)
        self._by_run: dict[str, _Kept] = {}

    def begins(self, run_id: str, graph: Any, modules: Any, final_vars: Any, given: Mapping[str, Any]) -> None:
        """A driver starts: `given` are its `inputs`, `overrides`, `adapters` and `engines`."""
        if len(self._by_run) >= _MOST_EXECUTIONS or not modules:
            return
        kept = _Kept(graph, tuple(modules), tuple(final_vars), tuple(given["adapters"]), given.get("engines", ()))
        kept.began = time.monotonic()
        for kind, values in (("config", graph.config), ("inputs", given["inputs"]), ("overrides", given["overrides"])):
            for name, value in (values or {}).items():
                kept.take(kind, name, value, enters=True)
        self._by_run[run_id] = kept

    def executed(self, run_id: str, node: Any, result: Any) -> None:
        """A node has ended well."""
        kept = self._by_run.get(run_id)
        if kept is None:
            return
        name = node.name
        if name in kept.executed:  # one of a Parallelizable block: it has as many values as the block has elements
            kept.taken.pop(("values", name), None)
            return
        kept.executed[name] = node
        touches = SAVER_TAG in node.tags or LOADER_TAG in node.tags
        kept.take("values", name, result, enters=touches or not node.input_types)

    def ended(self, run_id: str, *, well: bool, abroad: bool = False) -> None:
        """A driver has ended; `well` where nothing was raised, `abroad` where nodes may have run in other processes."""
        if kept := self._by_run.get(run_id):
            kept.well, kept.abroad, kept.seconds = well, abroad, time.monotonic() - kept.began
            if abroad:  # nobody here has seen what they returned
                kept.executed = kept.needed()
                unseen = [name for name in kept.executed if ("values", name) not in kept.taken]
                kept.missing.update((name, "it was made in another process") for name in unseen)

    def keep(self) -> tuple[str, ...]:
        """The files of what can be played again, for a task that has ended well."""
        kept, self._by_run = self._by_run, {}
        return tuple(self._recorded(one).write(self._folder) for one in kept.values() if one.well)

    def _recorded(self, kept: _Kept) -> RecordedDataflow:
        nodes, kinds = kept.executed, kept.in_bytes()
        return RecordedDataflow(
            *self._of,
            modules=tuple((module.__name__, str(getattr(module, "__file__", "") or "")) for module in kept.modules),
            final_vars=kept.final_vars,
            executed=tuple(nodes),
            loaders=tuple(name for name, node in nodes.items() if LOADER_TAG in node.tags),
            savers=tuple(name for name, node in nodes.items() if SAVER_TAG in node.tags),
            foreign=tuple(_made_by_materializers(nodes)),
            adapters=kept.adapters,
            engines=kept.engines,
            cut=kept.cut,
            missing=kept.missing,
            config=kinds["config"],
            inputs=kinds["inputs"],
            overrides=kinds["overrides"],
            values=kinds["values"],
        )


def _made_by_materializers(nodes: Mapping[str, Any]) -> Iterator[str]:
    """What they save, and what puts several results together for them: that bears the saver's name."""
    ours = [name for name, node in nodes.items() if not node.originating_functions]
    joined = {f"{name}_build_result" for name in ours if SAVER_TAG in nodes[name].tags}
    yield from (*ours, *joined.intersection(nodes))


def that_run_nodes(adapters: Any) -> Iterator[str]:
    """The classes of the adapters that run nodes in Hamilton's place."""
    for adapter in adapters:
        if any(hasattr(adapter, name) for name in _RUN_NODES):
            yield f"{type(adapter).__module__}.{type(adapter).__qualname__}"
