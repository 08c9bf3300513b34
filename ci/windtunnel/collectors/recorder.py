"""A Hamilton lifecycle adapter in every driver of the process: which nodes ran, who asked, what was saved."""

from __future__ import annotations

import asyncio
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from windtunnel.collectors.dags import own_folder
from windtunnel.collectors.effects import Effects
from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.likeness import as_written, likeness_of
from windtunnel.collectors.needs import need_of
from windtunnel.collectors.rows import rows_of
from windtunnel.facts import FailureFacts, ValueFacts
from windtunnel.findings import Location

_BASE = "hamilton.lifecycle.base"
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
    written, and `committed` the rows that others saw there then.
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
class Execution:
    """One execution of a driver: the graph it ran on, what was asked of it, and what it did.

    `driven_at` is the user's line that drove it, if it is one of this thread. `replaced` are the savers in whose place
    an adapter of the driver's has put something else, each with that. `abroad` where nodes of it may have run in other
    processes; `well` where it ended, and not in an exception.
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
    driven_at: Location | None = None
    abroad: bool = False
    well: bool = False


class SaverWatch(Protocol):
    """Who is told of each saver, in the process that runs it."""

    def before_save(self, node: Any, kwargs: Mapping[str, Any]) -> None:
        """It is about to run."""

    def after_save(self, *, success: bool) -> None:
        """It has run."""


class Recording:
    """The executions since the last `take`, in the order in which they started.

    `on_saved` is called when a saver has just ended well, `on_loaded` when a loader has, with its node, its arguments,
    and what it has returned. `watch` hears of savers before and after they run.
    """

    on_saved: Callable[[Saved], None] | None = None
    on_loaded: Callable[[Execution, Any, Mapping[str, Any], Any], None] | None = None

    def __init__(self, effects: Effects, folder: Path) -> None:
        self._by_run: dict[str, Execution] = {}
        self._effects = effects
        self._folder = folder
        self._mail: Path | None = None
        self.watch: SaverWatch | None = None

    def take(self) -> list[Execution]:
        """The executions so far, which are then forgotten."""
        self._hear()
        taken = list(self._by_run.values())
        self._by_run = {}
        return taken

    def mailbox(self) -> str:
        """The folder for word of nodes that run in other processes, as those of what is at work may do from now on."""
        if self._mail is None:
            self._mail = Path(tempfile.mkdtemp(prefix="words-", dir=self._folder))
        for execution in self._by_run.values():
            execution.abroad = execution.abroad or not execution.seconds
        return str(self._mail)

    def _hear(self) -> None:
        if self._mail is None:
            return
        from windtunnel.collectors.far_nodes import words_in

        for word in words_in(self._mail):
            execution = self._by_run.get(word.run_id)
            if execution is not None:
                execution.executed.append(word.node)
                node = execution.graph.nodes.get(word.node)
                if word.saved is not None and node is not None:
                    execution.saved.append(word.saved.of(node))

    def before_graph(self, run_id: str, execution: Execution) -> None:
        """A driver starts."""
        execution.driven_at = self._effects.users_line()
        self._by_run[run_id] = execution

    def after_graph(self, run_id: str, *, success: bool) -> None:
        """A driver has ended, well or not."""
        if execution := self._by_run.get(run_id):
            execution.seconds = time.monotonic() - execution.started
            execution.well = success

    def before_node(self, run_id: str, node: Any, kwargs: Mapping[str, Any]) -> None:
        """A node is about to run."""
        if self.watch is not None and SAVER_TAG in node.tags:
            self.watch.before_save(node, kwargs)
        if (execution := self._by_run.get(run_id)) and SAVER_TAG in node.tags:
            execution.deeds_before[node.name] = self._effects.deeds

    def after_node(
        self, run_id: str, node: Any, kwargs: Mapping[str, Any], result: Any, error: BaseException | None
    ) -> None:
        """A node has run."""
        if self.watch is not None and SAVER_TAG in node.tags:
            self.watch.after_save(success=error is None)
        execution = self._by_run.get(run_id)
        if execution is None:
            return
        execution.executed.append(node.name)
        if error is not None:
            execution.broken.append(self._broken(node, error))
        elif SAVER_TAG in node.tags:
            idle = execution.deeds_before.get(node.name) == self._effects.deeds
            self._after_saver(execution, saved_of(node, kwargs, result, idle=idle))
        elif LOADER_TAG in node.tags:
            execution.loaded.append(Loaded(node, _texts_given(node, kwargs), _cwd()))
            if self.on_loaded is not None:
                self.on_loaded(execution, node, kwargs, result)

    def after_adapter(self, run_id: str, node: Any, result: Any) -> None:
        """An adapter has put a result in the place of what a saver would have returned."""
        if execution := self._by_run.get(run_id):
            execution.replaced[node.name] = repr(result)[:80]

    def _after_saver(self, execution: Execution, saved: Saved) -> None:
        if self.on_saved is not None:
            self.on_saved(saved)
        execution.saved.append(saved)

    def _broken(self, node: Any, error: BaseException) -> Broken:
        failure = failure_facts(error, self._effects.root or Path("/"), need_of(error))
        return Broken(node, failure, self._effects.deeds)


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


def record_drivers(effects: Effects) -> Recording:
    """Note every driver execution in this process from now on, whether Hamilton is imported yet or not."""
    recording = Recording(effects, own_folder())

    def patch(base: ModuleType) -> None:
        _observe(base, recording)

    when_imported(_BASE, patch)
    return recording


def when_imported(name: str, then: Callable[[ModuleType], None]) -> None:
    """Call back with the module: now if it is imported already, else when it is."""
    if name in sys.modules:
        then(sys.modules[name])
    else:
        sys.meta_path.insert(0, _WhenImported(name, then))


class _WhenImported(importlib.abc.MetaPathFinder):
    """Calls back when one module has been imported, and is then gone."""

    def __init__(self, name: str, then: Callable[[ModuleType], None]) -> None:
        self._name, self._then = name, then

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  the protocol's
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            self._then(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _observe(base: Any, recording: Recording) -> None:
    """One place sees every kind of driver: the set of adapters that each of them makes."""
    recorder, asynchronous = _recorder(base, recording), _async_recorder(base, recording)
    original = base.LifecycleAdapterSet.__init__

    def init(self: Any, *adapters: Any) -> None:
        # a set may be made from another set
        others = [adapter for adapter in adapters if not isinstance(adapter, recorder | asynchronous)]
        stand_ins = _stand_ins(base, others)
        original(self, *others, recorder(stand_ins), asynchronous(stand_ins))

    base.LifecycleAdapterSet.__init__ = init


def _stand_ins(base: Any, adapters: Iterable[Any]) -> tuple[Any, ...] | None:
    """What the adapters that run nodes put in the place of results; None where no adapter runs any."""
    running = [adapter for adapter in adapters if isinstance(adapter, base.BaseDoNodeExecute)]
    return tuple(getattr(adapter, "sentinel_value", None) for adapter in running) if running else None


def _stands_in(result: Any, stand_ins: tuple[Any, ...] | None) -> bool:
    """Whether it is not what a saver has returned."""
    if stand_ins is None:
        return False
    return result is None or any(
        one is result or (type(one) is type(result) is dict and one == result) for one in stand_ins
    )


class _Listener:
    """What both recorders have in common: where they tell, and what adapters put in the place of results."""

    recording: Recording

    def __init__(self, stand_ins: tuple[Any, ...] | None) -> None:
        self.stand_ins = stand_ins

    def node_ended(self, run_id: str, node: Any, kwargs: Mapping[str, Any], result: Any, error: Any) -> None:
        if error is None and SAVER_TAG in node.tags and _stands_in(result, self.stand_ins):
            self.recording.after_adapter(run_id, node, result)
        else:
            self.recording.after_node(run_id, node, kwargs, result, error)

    def __reduce__(self) -> Any:
        """What an executor gets that pickles its adapters, to have the nodes run elsewhere."""
        from windtunnel.collectors.far_nodes import Messenger

        return Messenger, (self.recording.mailbox(),)


def _recorder(base: Any, recording_: Recording) -> Any:
    class Recorder(
        _Listener,
        base.BasePreGraphExecute,
        base.BasePostGraphExecute,
        base.BasePreNodeExecute,
        base.BasePostNodeExecute,
    ):
        recording = recording_

        def pre_graph_execute(
            self, *, run_id: str, graph: Any, final_vars: list[str], inputs: Any, overrides: Any
        ) -> None:
            execution = Execution(
                graph, tuple(final_vars), tuple(inputs or ()), tuple(overrides or ()), time.monotonic()
            )
            self.recording.before_graph(run_id, execution)

        def post_graph_execute(self, *, run_id: str, success: bool, **_: Any) -> None:
            self.recording.after_graph(run_id, success=success)

        def pre_node_execute(self, *, run_id: str, node_: Any, kwargs: Any, **_: Any) -> None:
            self.recording.before_node(run_id, node_, kwargs)

        def post_node_execute(self, *, run_id: str, node_: Any, kwargs: Any, error: Any, result: Any, **_: Any) -> None:
            if not asyncio.isfuture(result):  # else the node has only begun, and the other recorder will see its end
                self.node_ended(run_id, node_, kwargs, result, error)

    return Recorder


def _async_recorder(base: Any, recording_: Recording) -> Any:
    """Sees the ends of nodes in asynchronous drivers. Hamilton calls it in no others."""

    class Recorder(_Listener, base.BasePostNodeExecuteAsync):
        recording = recording_

        async def post_node_execute(
            self, *, run_id: str, node_: Any, kwargs: Any, error: Any, result: Any, **_: Any
        ) -> None:
            self.node_ended(run_id, node_, kwargs, result, error)

    return Recorder
