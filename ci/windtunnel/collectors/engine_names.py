"""Which engine of Hamilton's a driver runs its nodes by, in the place of a loop over them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

_OF_CLASS = {
    "hamilton.plugins.h_threadpool.FutureAdapter": "threads",
    "hamilton.execution.executors.MultiThreadingExecutor": "threads",
    "hamilton.execution.executors.MultiProcessingExecutor": "processes",
    "hamilton.plugins.h_dask.DaskGraphAdapter": "dask",
    "hamilton.plugins.h_dask.DaskExecutor": "dask",
    "hamilton.plugins.h_ray.RayGraphAdapter": "ray",
    "hamilton.plugins.h_ray.RayTaskExecutor": "ray",
}
_FRAMES = 8  # between the driver and a hook that it calls


def engines_of(graph: Any) -> tuple[str, ...]:
    """The names of the engines that run nodes of the graph; to be called from a hook of its driver's."""
    found = [_engine(adapter) for adapter in getattr(getattr(graph, "adapter", None), "adapters", ())]
    if any(has_role(node, "EXPAND") for node in graph.nodes.values()):
        found += [_engine(executor) for executor in _executors()]
    return tuple(sorted(set(filter(None, found))))


def has_role(node: Any, *roles: str) -> bool:
    """Whether the node begins (EXPAND) or ends (COLLECT) a block that runs once for each element."""
    return getattr(getattr(node, "node_role", None), "name", "") in roles


def _engine(thing: Any) -> str:
    classes = (f"{cls.__module__}.{cls.__qualname__}" for cls in type(thing).__mro__)
    return next((_OF_CLASS[name] for name in classes if name in _OF_CLASS), "")


def _executors() -> Iterator[Any]:
    """Those of the driver that has called: no hook is told of them."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001
    for _ in range(_FRAMES):
        if frame is None:
            return
        executor = getattr(frame.f_locals.get("self"), "graph_executor", None)
        if executor is not None:
            yield from getattr(getattr(executor, "execution_manager", None), "executors", ())
            return
        frame = frame.f_back
