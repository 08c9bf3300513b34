"""Dataflow that gives something else when Hamilton runs it in threads, in processes, on Dask or on Ray.

## What it does
Plays a dataflow that a task drove once more on what entered it in the run of the DAG: one node after the other, and by
the engines that the task's own driver uses, or that the setting `engines` asks for. It compares node by node and
reports the first that differs, or that the engine cannot run. In threads the nodes may run in any order that the graph
allows, so another one is tried too. Nodes that differ from play to play without any engine are left out.

Which of Hamilton's engines these are: `threads` is FutureAdapter, or MultiThreadingExecutor where there are blocks of
Parallelizable; `processes` is MultiProcessingExecutor, which runs such blocks and nothing else; `dask` and `ray` are
DaskGraphAdapter and RayGraphAdapter, or their executors for blocks, on two workers of this machine. They must be
installed beside windtunnel.

## Why is this bad?
The result depends on what runs the dataflow, and in threads on which node is first: a change of size or of luck
changes the figures, and nothing fails.

## What to do
Let no node change what it is given, nor keep anything in a global variable. What cannot be sent to another process (an
open file, a connection, a lock, a lambda) is made in the node that uses it.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._breaks import DAG
from windtunnel.facts import EngineFacts
from windtunnel.findings import Complaint, Severity

_IN = {"threads": "in threads", "processes": "in processes", "dask": "on Dask", "ray": "on Ray"}
_THREADED = DAG.replace(
    "    from modules import flow\n",
    "    from hamilton import base\n    from hamilton.plugins.h_threadpool import FutureAdapter\n\n"
    "    from modules import flow\n",
).replace(
    "    return driver.Builder().with_modules(flow).build()",
    "    threads = FutureAdapter(result_builder=base.DictResult())\n"
    "    built = driver.Builder().with_modules(flow).with_adapters(threads).build()\n"
    "    return built",
)

FAILING = {
    "dags/reporting.py": _THREADED,
    "modules/flow.py": """\
import pandas as pd


def lowest(readings: pd.DataFrame) -> float:
    readings.drop(index=readings.index[0], inplace=True)
    return float(readings["speed"].min())


def highest(readings: pd.DataFrame) -> float:
    return float(readings["speed"].max())


def count(readings: pd.DataFrame) -> int:  # WT616
    return len(readings)


def result(lowest: float, highest: float, count: int) -> float:
    return (highest - lowest) / count
""",
}
PASSING = {
    "dags/reporting.py": _THREADED,
    "modules/flow.py": """\
import pandas as pd


def lowest(readings: pd.DataFrame) -> float:
    return float(readings["speed"].iloc[1:].min())


def highest(readings: pd.DataFrame) -> float:
    return float(readings["speed"].max())


def count(readings: pd.DataFrame) -> int:
    return len(readings)


def result(lowest: float, highest: float, count: int) -> float:
    return (highest - lowest) / count
""",
}


@check(
    "WT616",
    on=EngineFacts,
    severity=Severity.WARNING,
    remedy="let no node change its arguments or share state with others, and send nothing that does not pickle",
)
def different_under_engine(played: EngineFacts) -> Iterator[Complaint]:
    for found in played.different:
        why = f": {found.reason}" if found.reason else ""
        whose = "its driver" if played.is_used else "the setting `engines`"
        message = (
            f"{found.node} {found.outcome} when it runs {_IN[played.engine]}, as {whose} wants it, "
            f"in task {played.task_id!r}{why}"
        )
        yield Complaint(found.location, message)
