"""Hamilton's drivers for the engines that it can play a dataflow by, and what these need around them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from hamilton import base, driver
from hamilton.execution import executors
from hamilton.plugins import h_threadpool

from windtunnel.collectors.engine_notes import Notes, Tolerant, said_of
from windtunnel.collectors.playing import enter
from windtunnel.collectors.replays import ReplayRequest

_AT_A_TIME = 2


class NoEngine(Exception):
    """The engine did not start here: nothing is known of the dataflow."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The graph of these modules, and what enters it."""

    modules: Sequence[Any]
    config: Mapping[str, Any]
    inputs: Mapping[str, Any]
    overrides: Mapping[str, Any]


Room = tuple[list[Any], Any]
"""The adapters and the executor of blocks that a driver is built with."""


def driver_in(room: Room, asked: Asked, notes: Notes) -> Callable[[Sequence[str]], dict[str, Any]]:
    """What computes nodes by name, each of which is noted, and raises whatever a node or the engine does.

    Raises NoEngine where Hamilton builds no graph for it.
    """
    adapters, executor = room
    builder = driver.Builder().with_modules(*asked.modules).with_config(dict(asked.config)).allow_module_overrides()
    if executor is not None:
        builder = builder.enable_dynamic_execution(allow_experimental_mode=True).with_remote_executor(executor)
    try:
        built = builder.with_adapters(notes, *adapters).build()
    except Exception as error:
        raise NoEngine(f"Hamilton does not build its graph for it: {said_of(error)[:300]}") from error

    def compute(names: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = built.execute(list(names), inputs=dict(asked.inputs), overrides=dict(asked.overrides))
        return found

    return compute


def room_of(engine: str, request: ReplayRequest, *, has_blocks: bool) -> AbstractContextManager[Room]:
    """The engine, started; `has_blocks` where nodes run once for each element. Raises NoEngine."""
    return _ROOMS[engine](request, has_blocks)


def one_after_the_other() -> Room:
    """A plain loop over the nodes, those of blocks too."""
    return [Tolerant()], executors.SynchronousLocalTaskExecutor()


@contextlib.contextmanager
def _threads(request: ReplayRequest, has_blocks: bool) -> Iterator[Room]:  # noqa: ARG001  all are called alike
    if has_blocks:
        yield [Tolerant()], executors.MultiThreadingExecutor(_AT_A_TIME)
    else:
        yield [Tolerant(), h_threadpool.FutureAdapter(max_workers=_AT_A_TIME, result_builder=base.DictResult())], None


@contextlib.contextmanager
def _processes(request: ReplayRequest, has_blocks: bool) -> Iterator[Room]:  # noqa: ARG001  the same
    yield [Tolerant()], executors.MultiProcessingExecutor(_AT_A_TIME)


@contextlib.contextmanager
def _dask(request: ReplayRequest, has_blocks: bool) -> Iterator[Room]:
    with _starting("Dask"):
        import dask
        from distributed import Client, LocalCluster
        from hamilton.plugins import h_dask

        dask.config.set({"distributed.worker.daemon": False})
        cluster = LocalCluster(
            n_workers=_AT_A_TIME, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
        )
        client = Client(cluster)
        client.run(settle_in, request, sys.path)
    try:
        if has_blocks:
            yield [Tolerant()], h_dask.DaskExecutor(client=client)
        else:
            yield [h_dask.DaskGraphAdapter(client, base.DictResult())], None
    finally:
        with contextlib.suppress(Exception):  # what was computed is there
            client.close()
            cluster.close()


@contextlib.contextmanager
def _ray(request: ReplayRequest, has_blocks: bool) -> Iterator[Room]:
    with _starting("Ray"):
        import ray
        from hamilton.plugins import h_ray

        path = list(sys.path)

        def settle() -> None:
            settle_in(request, path)

        ray.init(
            num_cpus=_AT_A_TIME,
            include_dashboard=False,
            log_to_driver=False,
            _node_ip_address="127.0.0.1",
            runtime_env={
                "env_vars": {"PYTHONPATH": os.pathsep.join(sys.path)},
                "worker_process_setup_hook": settle,
            },
        )
    try:
        if has_blocks:
            yield [Tolerant()], h_ray.RayTaskExecutor(skip_init=True)
        else:
            yield [h_ray.RayGraphAdapter(base.DictResult())], None
    finally:
        with contextlib.suppress(Exception):
            ray.shutdown()


_ROOMS = {"threads": _threads, "processes": _processes, "dask": _dask, "ray": _ray}


@contextlib.contextmanager
def _starting(engine: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise NoEngine(f"{engine} did not start: {type(error).__name__}: {error}") from error


def settle_in(request: ReplayRequest, path: Sequence[str]) -> None:
    """In a process that an engine has started: what holds for this one holds for it."""
    sys.path[:] = path
    enter(request)
