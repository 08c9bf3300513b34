"""The same dataflow on other engines: functions, modules and results stay as they are.

Dask and Ray are extras: `pip install 'windtunnel[dask]'`, `'windtunnel[ray]'`. On a small table every one of these is
slower than plain Python: they are for functions that take long, and for tables that fit on no machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Literal, get_args

import pandas as pd
from hamilton import base, driver

Engine = Literal["plain", "threads", "processes", "dask", "ray"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
WORKERS = 2


@contextmanager
def driver_on(engine: Engine, config: dict[str, Any], *modules: ModuleType) -> Iterator[driver.Driver]:
    """A driver whose functions are called there. At the end of the `with`, threads and processes are gone."""
    builder = driver.Builder().with_config(config).with_modules(*modules)
    with _ON[engine](builder) as built:
        yield built


@contextmanager
def _plain(builder: driver.Builder) -> Iterator[driver.Driver]:
    """One function after the other, in this process."""
    yield builder.with_adapters(base.DictResult()).build()


@contextmanager
def _threads(builder: driver.Builder) -> Iterator[driver.Driver]:
    """A graph adapter that hands each function to a pool of threads as soon as it is reached."""
    from hamilton.plugins.h_threadpool import FutureAdapter

    # Fewer threads than functions are no danger: functions come in order, and wait only for earlier ones.
    adapter = FutureAdapter(max_workers=WORKERS, result_builder=base.DictResult())
    try:
        yield builder.with_adapters(adapter).build()
    finally:
        adapter.executor.shutdown()


@contextmanager
def _processes(builder: driver.Builder) -> Iterator[driver.Driver]:
    """Not a graph adapter but an executor: with dynamic execution, the driver sends groups of functions there.

    What crosses is pickled, so loaders and savers by decorator can't.
    """
    from hamilton.execution.executors import MultiProcessingExecutor
    from hamilton.execution.grouping import GroupNodesByLevel

    yield (
        builder.enable_dynamic_execution(allow_experimental_mode=True)
        .with_grouping_strategy(GroupNodesByLevel())
        .with_local_executor(MultiProcessingExecutor(max_tasks=WORKERS))
        .with_adapters(base.DictResult())
        .build()
    )


@contextmanager
def _dask(builder: driver.Builder) -> Iterator[driver.Driver]:
    """Functions become `dask.delayed` calls. The cluster lies in this process; give the address of yours instead."""
    from dask.distributed import Client
    from hamilton.plugins.h_dask import DaskGraphAdapter

    with Client(processes=False, n_workers=1, threads_per_worker=WORKERS, dashboard_address=":0") as client:
        yield builder.with_adapters(DaskGraphAdapter(client, base.DictResult())).build()


@contextmanager
def _ray(builder: driver.Builder) -> Iterator[driver.Driver]:
    """Functions become Ray tasks. The cluster is started here; give `ray.init` the address of yours instead."""
    import ray
    from hamilton.plugins.h_ray import RayGraphAdapter

    # On loopback: nobody else is to reach it, and Ray need not ask the network for the address of this machine.
    ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1")
    try:
        yield builder.with_adapters(RayGraphAdapter(base.DictResult())).build()
    finally:
        ray.shutdown()


def differences(results: dict[str, dict[str, Any]]) -> list[str]:
    """Which results on which engines are not those of the first engine, as `spend on dask`."""
    first = next(iter(results.values()), {})
    return [
        f"{name} on {engine}"
        for engine, found in results.items()
        for name, value in first.items()
        if not _same(value, found.get(name))
    ]


def _same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    return one.equals(other) if isinstance(one, pd.DataFrame | pd.Series) else one == other


_ON = {"plain": _plain, "threads": _threads, "processes": _processes, "dask": _dask, "ray": _ray}
