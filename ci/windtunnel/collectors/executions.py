"""What one execution of a Hamilton driver did, as its graph and its nodes tell."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windtunnel.collectors.likeness import as_written, likeness_of
from windtunnel.collectors.rows import rows_of
from windtunnel.facts import FailureFacts, ValueFacts
from windtunnel.findings import Location

SAVER_TAG = "hamilton.data_saver"
FORMAT_TAG = "hamilton.data_saver.sink"
LOADER_TAG = "hamilton.data_loader"
_LONGEST_PATH = 1024


@dataclass(slots=True)
class Saved:
    """One saver node that ended well: the options its saver was made with, and the metadata that it returned.

    `saver` is the class behind @save_to, None for a function of the user's own (@datasaver). `cwd` is where relative
    paths began when it ended, `at` a time of the machine's monotonic clock; `idle` that it neither wrote, connected nor
    started anything that Python can see; `lazy` that it will run only when Dask computes what is asked of it. `rows`
    are those of what was saved, None where it has none that are certain; `stamp` is that of its file when it had just
    ended, None where nobody looked; `table` the SQLite file and its table that were
    written, and `committed` the rows that others saw there then. `opened` are the files that it was seen to open to
    write them.
    """

    node: Any
    options: Mapping[str, Any]
    data_type: type
    metadata: Any
    saver: type | None
    cwd: Path
    idle: bool
    lazy: bool = False
    value: ValueFacts | None = None
    rows: int | None = None
    stamp: tuple[int, int] | None = None
    table: tuple[str, str] | None = None
    committed: int | None = None
    opened: tuple[str, ...] = ()
    at: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Broken:
    """A node that raised, `at` which time, and how many deeds had been done by then."""

    node: Any
    failure: FailureFacts
    deeds: int
    at: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Loaded:
    """One loader node that ended well, and which texts and paths its loader was made with; the rest is as in Saved."""

    node: Any
    options: Mapping[str, str]
    cwd: Path
    at: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Slow:
    """One node that took long, and what stands for the content of its value ("" where that is unknown)."""

    node: Any
    seconds: float
    content: str


@dataclass(slots=True)
class Execution:
    """One execution of a driver: the graph it ran on, what was asked of it, and what it did.

    `driven_at` is the user's line that drove it, if it is one of this thread. `replaced` are the savers in whose place
    an adapter of the driver's has put something else, each with that. `abroad` where nodes of it may have run in other
    processes; `well` where it ended, and not in an exception. `ignored` are the inputs that were given for nodes which
    are computed, `agreed` the names of those that were computed to the same; `slow` are the nodes that took long. It
    `is_looked_at` where what nodes return is compared with their annotations. `took` are the seconds of each node that
    has ended here. `engines` run its nodes in the place of a plain loop.
    """

    graph: Any
    final_vars: tuple[str, ...]
    inputs: tuple[str, ...]
    overrides: tuple[str, ...]
    started: float
    seconds: float = 0.0
    executed: list[str] = field(default_factory=list)
    saved: list[Saved] = field(default_factory=list)
    loaded: list[Loaded] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    replaced: dict[str, str] = field(default_factory=dict)
    deeds_before: dict[str, int] = field(default_factory=dict)
    opened_before: dict[str, int] = field(default_factory=dict)
    driven_at: Location | None = None
    abroad: bool = False
    well: bool = False
    ignored: dict[str, Any] = field(default_factory=dict)
    agreed: set[str] = field(default_factory=set)
    begun: dict[tuple[str, int], float] = field(default_factory=dict)
    slow: list[Slow] = field(default_factory=list)
    is_looked_at: bool = False
    took: dict[str, float] = field(default_factory=dict)
    engines: tuple[str, ...] = ()


def saved_of(node: Any, kwargs: Mapping[str, Any], metadata: Any, *, idle: bool) -> Saved:
    """What is to be known of a saver node that was called with `kwargs` and returned `metadata`."""
    hidden = hidden_defaults(node.callable)
    names, data_name = hidden.get("dependencies", {}), hidden.get("data_node_name", "")
    options = {**hidden.get("resolved_kwargs", {}), **{names.get(name, name): kwargs[name] for name in kwargs}}
    data = options.pop(data_name, None)
    saver = getattr(hidden.get("adapter_factory"), "adapter_cls", None)
    if _is_lazy(metadata):
        known = {name: value for name, value in options.items() if not _is_lazy(value)}
        declared = node.input_types.get(data_name, (object,))[0]
        return Saved(node, known, declared if isinstance(declared, type) else object, {}, saver, _cwd(), False, True)
    value = None if saver is None or not is_hamiltons(saver) else likeness_of(data)
    written = None if value is None else as_written(value, options)
    return Saved(node, options, type(data), metadata, saver, _cwd(), idle, value=written, rows=rows_of(data))


def loaded_of(node: Any, kwargs: Mapping[str, Any]) -> Loaded:
    """What a loader node that has just ended well was made with."""
    return Loaded(node, _texts_given(node, kwargs), _cwd())


def is_hamiltons(adapter: type) -> bool:
    """Whether it does nothing to the data but save or load them; one of the user's own may do anything."""
    return adapter.__module__.startswith("hamilton.")


def _is_lazy(value: Any) -> bool:
    return hasattr(type(value), "__dask_graph__")


def _texts_given(node: Any, kwargs: Mapping[str, Any]) -> dict[str, str]:
    """The options of a loader that may be paths. What it has loaded is among the arguments of the node behind it."""
    hidden = hidden_defaults(node.callable)
    names = hidden.get("dependencies", {})
    options = {**hidden.get("resolved_kwargs", {}), **{names.get(name, name): kwargs[name] for name in kwargs}}
    return {name: str(value) for name, value in options.items() if isinstance(value, str | Path)}


def paths_of(node: Any, kwargs: Mapping[str, Any]) -> list[str]:
    """What a saver node is given that may be the path of a file, its data left out."""
    hidden = hidden_defaults(node.callable)
    data_name = hidden.get("data_node_name", "")
    given = [*hidden.get("resolved_kwargs", {}).values(), *(kwargs[name] for name in kwargs if name != data_name)]
    texts = [os.fspath(value) for value in given if isinstance(value, str | os.PathLike)]
    local = [text.removeprefix("file://") for text in texts if isinstance(text, str)]
    return [text for text in local if 0 < len(text) < _LONGEST_PATH and "\n" not in text and "://" not in text]


def hidden_defaults(function: Any) -> dict[str, Any]:
    """What @save_to and @load_from give to the functions that they make, as defaults of parameters.

    They are named `_SaveToDecorator__<name>`, `_LoadFromDecorator__<name>`, by Python's rule for private names.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {p.name.rpartition("__")[2]: p.default for p in parameters if "Decorator__" in p.name}


def _cwd() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # the user's code has removed it
        return Path("/")
