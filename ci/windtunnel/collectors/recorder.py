"""A Hamilton lifecycle adapter in every driver of the process: which nodes ran, who asked, what was saved."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from windtunnel.collectors.effects import Effects

_BASE = "hamilton.lifecycle.base"
SAVER_TAG = "hamilton.data_saver"
LOADER_TAG = "hamilton.data_loader"
FORMAT_TAG = "hamilton.data_saver.sink"


@dataclass(slots=True)
class Saved:
    """One saver node that ended well: the options its saver was made with, and the metadata that it returned.

    `saver` is the class behind @save_to, None for a function of the user's own (@datasaver). `cwd` is where relative
    paths began when it ended, which was `at` a time of the machine's monotonic clock; `idle` that it neither wrote,
    connected nor started anything that Python can see.
    """

    node: Any
    options: Mapping[str, Any]
    data_type: type
    metadata: Any
    saver: type | None
    cwd: Path
    idle: bool
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
    """One execution of a driver: the graph it ran on, what was asked of it, and what it did."""

    graph: Any
    final_vars: tuple[str, ...]
    inputs: tuple[str, ...]
    overrides: tuple[str, ...]
    started: float
    seconds: float = 0.0
    executed: list[str] = field(default_factory=list)
    saved: list[Saved] = field(default_factory=list)
    loaded: list[Loaded] = field(default_factory=list)
    deeds_before: dict[str, int] = field(default_factory=dict)


class Recording:
    """The executions since the last `take`, in the order in which they started."""

    def __init__(self, effects: Effects) -> None:
        self._by_run: dict[str, Execution] = {}
        self._effects = effects

    def take(self) -> list[Execution]:
        """The executions so far, which are then forgotten."""
        taken = list(self._by_run.values())
        self._by_run = {}
        return taken

    def before_graph(self, run_id: str, execution: Execution) -> None:
        """A driver starts."""
        self._by_run[run_id] = execution

    def after_graph(self, run_id: str) -> None:
        """A driver has ended, well or not."""
        if execution := self._by_run.get(run_id):
            execution.seconds = time.monotonic() - execution.started

    def before_node(self, run_id: str, node: Any) -> None:
        """A node is about to run."""
        if (execution := self._by_run.get(run_id)) and SAVER_TAG in node.tags:
            execution.deeds_before[node.name] = self._effects.deeds

    def after_node(self, run_id: str, node: Any, kwargs: Mapping[str, Any], success: bool, result: Any) -> None:
        """A node has run."""
        execution = self._by_run.get(run_id)
        if execution is None:
            return
        execution.executed.append(node.name)
        if success and SAVER_TAG in node.tags:
            idle = execution.deeds_before.get(node.name) == self._effects.deeds
            execution.saved.append(_saved(node, kwargs, result, idle=idle))
        elif success and LOADER_TAG in node.tags:
            execution.loaded.append(Loaded(node, _texts_given(node, kwargs), _cwd()))


def _saved(node: Any, kwargs: Mapping[str, Any], metadata: Any, *, idle: bool) -> Saved:
    hidden = _hidden_defaults(node.callable)
    names, data_name = hidden.get("dependencies", {}), hidden.get("data_node_name", "")
    options = {**hidden.get("resolved_kwargs", {}), **{names.get(name, name): kwargs[name] for name in kwargs}}
    data = options.pop(data_name, None)
    saver = getattr(hidden.get("adapter_factory"), "adapter_cls", None)
    return Saved(node, options, type(data), metadata, saver, _cwd(), idle)


def _texts_given(node: Any, kwargs: Mapping[str, Any]) -> dict[str, str]:
    """The options of a loader that may be paths. What it has loaded is among the arguments of the node behind it."""
    hidden = _hidden_defaults(node.callable)
    names = hidden.get("dependencies", {})
    options = {**hidden.get("resolved_kwargs", {}), **{names.get(name, name): kwargs[name] for name in kwargs}}
    return {name: str(value) for name, value in options.items() if isinstance(value, str | Path)}


def _hidden_defaults(function: Any) -> dict[str, Any]:
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
    recording = Recording(effects)

    def patch(base: ModuleType) -> None:
        _observe(base, recording)

    if _BASE in sys.modules:
        patch(sys.modules[_BASE])
    else:
        sys.meta_path.insert(0, _WhenImported(_BASE, patch))
    return recording


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
    recorder = _recorder(base, recording)
    original = base.LifecycleAdapterSet.__init__

    def init(self: Any, *adapters: Any) -> None:
        original(self, *adapters, recorder)

    base.LifecycleAdapterSet.__init__ = init


def _recorder(base: Any, recording: Recording) -> Any:
    class Recorder(
        base.BasePreGraphExecute, base.BasePostGraphExecute, base.BasePreNodeExecute, base.BasePostNodeExecute
    ):
        def pre_graph_execute(
            self, *, run_id: str, graph: Any, final_vars: list[str], inputs: Any, overrides: Any
        ) -> None:
            execution = Execution(
                graph, tuple(final_vars), tuple(inputs or ()), tuple(overrides or ()), time.monotonic()
            )
            recording.before_graph(run_id, execution)

        def post_graph_execute(self, *, run_id: str, **_: Any) -> None:
            recording.after_graph(run_id)

        def pre_node_execute(self, *, run_id: str, node_: Any, **_: Any) -> None:
            recording.before_node(run_id, node_)

        def post_node_execute(
            self, *, run_id: str, node_: Any, kwargs: Any, success: bool, result: Any, **_: Any
        ) -> None:
            recording.after_node(run_id, node_, kwargs, success, result)

        def __reduce__(self) -> Any:  # an executor that pickles its adapters gets one that records nothing here
            return _Nothing, ()

    return Recorder()


class _Nothing:
    """What is left of the recorder in another process, where Hamilton still calls it by the hooks that it knows."""

    def __getattr__(self, hook: str) -> Callable[..., None]:
        if hook.startswith("__"):
            raise AttributeError(hook)
        return lambda **_: None
