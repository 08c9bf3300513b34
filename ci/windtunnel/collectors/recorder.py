"""A Hamilton lifecycle adapter in every driver of the process: which nodes ran, who asked, what was saved."""

from __future__ import annotations

import asyncio
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from windtunnel.collectors import node_times
from windtunnel.collectors.dags import own_folder
from windtunnel.collectors.driver_graphs import node_ends
from windtunnel.collectors.effects import Effects
from windtunnel.collectors.engine_names import engines_of
from windtunnel.collectors.executions import (
    LOADER_TAG,
    SAVER_TAG,
    Broken,
    Execution,
    Saved,
    loaded_of,
    paths_of,
    saved_of,
)
from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.needs import need_of
from windtunnel.collectors.node_values import NodeValues
from windtunnel.collectors.value_keeper import ValueKeeper, that_run_nodes

_BASE = "hamilton.lifecycle.base"


class SaverWatch(Protocol):
    """Who is told of each saver, in the process that runs it."""

    def before_save(self, node: Any, kwargs: Mapping[str, Any]) -> None:
        """It is about to run."""

    def after_save(self, *, success: bool) -> None:
        """It has run."""


class Recording:
    """The executions since the last `take`, in the order in which they started.

    `on_saved` is called when a saver has just ended well, `on_loaded` when a loader has, with its node, its arguments,
    and what it has returned. `watch` hears of savers before and after they run. Where values are to be kept, `records`
    is the folder for them, and `keeper` hears of each.
    `look` is there where they are to be looked at. `on_files` is told what a saver or a loader may be about to open,
    and whether it writes: libraries do so where Python sees nothing.
    """

    on_saved: Callable[[Saved], None] | None = None
    on_loaded: Callable[[Execution, Any, Mapping[str, Any], Any], None] | None = None
    on_files: Callable[[Sequence[str], bool], None] | None = None
    records: str = ""
    keeper: ValueKeeper | None = None
    look: NodeValues | None = None

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
            if self.keeper is not None:
                self.keeper.ended(run_id, well=success, abroad=execution.abroad)

    def before_node(self, run_id: str, node: Any, kwargs: Mapping[str, Any]) -> None:
        """A node is about to run."""
        if self.watch is not None and SAVER_TAG in node.tags:
            self.watch.before_save(node, kwargs)
        if self.on_files is not None and (SAVER_TAG in node.tags or LOADER_TAG in node.tags):
            self.on_files(paths_of(node, kwargs), SAVER_TAG in node.tags)
        execution = self._by_run.get(run_id)
        if execution is not None and SAVER_TAG in node.tags:
            execution.deeds_before[node.name] = self._effects.deeds
            execution.opened_before[node.name] = len(self._effects.opened)
        if execution is not None:
            node_times.begins(execution, node)

    def only_begun(self, run_id: str, node: Any) -> None:
        """What a node has returned is a promise of its result."""
        if execution := self._by_run.get(run_id):
            node_times.only_begun(execution, node)

    def after_node(
        self, run_id: str, node: Any, kwargs: Mapping[str, Any], result: Any, error: BaseException | None
    ) -> None:
        """A node has run."""
        if self.watch is not None and SAVER_TAG in node.tags:
            self.watch.after_save(success=error is None)
        if self.keeper is not None and error is None:
            self.keeper.executed(run_id, node, result)
        execution = self._by_run.get(run_id)
        if execution is None:
            return
        node_ends(execution, node)
        execution.executed.append(node.name)
        if error is None:
            node_times.has_ended(execution, node, result)
            if self.look is not None:
                self.look.returned(execution, node, result)
        if error is not None:
            execution.broken.append(self._broken(node, error))
        elif SAVER_TAG in node.tags:
            idle = execution.deeds_before.get(node.name) == self._effects.deeds
            saved = saved_of(node, kwargs, result, idle=idle)
            saved.opened = tuple(self._effects.opened[execution.opened_before.get(node.name, 0) :])
            self._after_saver(execution, saved)
        elif LOADER_TAG in node.tags:
            execution.loaded.append(loaded_of(node, kwargs))
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


def record_drivers(effects: Effects, records: str = "") -> Recording:
    """Note every driver execution in this process from now on, whether Hamilton is imported yet or not.

    `records` is the folder for the values that go through them, "" where nobody wants them.
    """
    recording = Recording(effects, own_folder())
    recording.records = records

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
        original(self, *others, recorder(stand_ins, others), asynchronous(stand_ins, others))

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
    """What both recorders have in common: where they tell, and what adapters put in the place of results.

    `modules` are those that the driver was given.
    """

    recording: Recording
    modules: Sequence[ModuleType] = ()

    def __init__(self, stand_ins: tuple[Any, ...] | None, others: Iterable[Any]) -> None:
        self.stand_ins = stand_ins
        self.running = tuple(that_run_nodes(others))

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
        base.BasePostGraphConstruct,
        base.BasePreGraphExecute,
        base.BasePostGraphExecute,
        base.BasePreNodeExecute,
        base.BasePostNodeExecute,
    ):
        recording = recording_

        def post_graph_construct(self, *, modules: Sequence[ModuleType], **_: Any) -> None:
            self.modules = modules

        def pre_graph_execute(
            self, *, run_id: str, graph: Any, final_vars: list[str], inputs: Any, overrides: Any
        ) -> None:
            execution = Execution(
                graph, tuple(final_vars), tuple(inputs or ()), tuple(overrides or ()), time.monotonic()
            )
            execution.engines = engines_of(graph)
            self.recording.before_graph(run_id, execution)
            if (keeper := self.recording.keeper) is not None:
                given = {"inputs": inputs, "overrides": overrides, "adapters": self.running}
                given["engines"] = execution.engines
                keeper.begins(run_id, graph, self.modules, final_vars, given)
            node_times.note_ignored(execution, inputs)
            if (look := self.recording.look) is not None:
                look.entered(execution, inputs, overrides)

        def post_graph_execute(self, *, run_id: str, success: bool, **_: Any) -> None:
            self.recording.after_graph(run_id, success=success)

        def pre_node_execute(self, *, run_id: str, node_: Any, kwargs: Any, **_: Any) -> None:
            self.recording.before_node(run_id, node_, kwargs)

        def post_node_execute(self, *, run_id: str, node_: Any, kwargs: Any, error: Any, result: Any, **_: Any) -> None:
            if asyncio.isfuture(result):  # the node has only begun, and the other recorder will see its end
                self.recording.only_begun(run_id, node_)
            else:
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
