"""What recording costs the dataflows of tasks: `python ci/bench/recorder.py [--pairs 300]`.

One dataflow of 40 functions, each of which takes a millisecond of processor time, is driven in turn without the
recorder, noted, looked at, and kept to be played again, at last with what is put down when its task has ended. Every
round is one drive of each, in another order; told is the median of the differences within the rounds, of processors.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hamilton import driver

from windtunnel.collectors.effects import Effects
from windtunnel.collectors.node_values import NodeValues
from windtunnel.collectors.recorder import Recording, record_drivers
from windtunnel.collectors.value_keeper import ValueKeeper

NODES = 40
MILLISECOND = 0.001
KINDS: dict[str, tuple[type, Callable[[], Any]]] = {
    "float": (float, lambda: 1.5),
    "dict of 5": (dict, lambda: {"rows": 3, "mean": 1.5, "name": "x", "low": 0.0, "high": 9.0}),
    "1,000 rows": (pd.DataFrame, lambda: _table(1_000)),
    "10,000 rows": (pd.DataFrame, lambda: _table(10_000)),
}
MODES = ("off", "noted", "looked at", "looked at, kept", "and put down")


def _table(rows: int) -> pd.DataFrame:
    numbers = np.random.default_rng(0).normal(size=(rows, 4))
    return pd.DataFrame(numbers, columns=list("abcd")).assign(name=[f"n{at % 50}" for at in range(rows)])


def _compute(steps: int) -> float:
    found = 1.0
    for _ in range(steps):
        found = found * 1.0000001 + 1e-9
    return found


def _steps() -> int:
    """How many take a millisecond of processor time, where nothing else is in the way."""
    probe, spent = 10_000, []
    for _ in range(200):
        began = time.thread_time()
        _compute(probe)
        spent.append(time.thread_time() - began)
    return int(probe * MILLISECOND / min(spent))


def _module(name: str, kind: type, value: Any) -> types.ModuleType:
    """A chain of functions that hand the value on."""
    module = types.ModuleType(name)
    sys.modules[name] = module

    steps = _steps()

    def function(at: int) -> Any:
        def work(**_: Any) -> Any:
            _compute(steps)
            return value.copy() if hasattr(value, "copy") else value

        before = f"n{at - 1}" if at else "start"
        text = f"def n{at}({before}: kind) -> kind:\n    return work({before}={before})\n"
        space: dict[str, Any] = {"kind": kind, "work": work, "__name__": name}
        exec(text, space)  # noqa: S102  a function is what Hamilton reads a node from
        return space[f"n{at}"]

    for at in range(NODES):
        setattr(module, f"n{at}", function(at))
    return module


class _Drives:
    """The drivers of one kind of value: one that nobody watches, and one with the recorder."""

    def __init__(self, value: Any, recording: Recording, unwatched: Any, watched: Any) -> None:
        self._value, self._recording, self._folder = value, recording, Path(tempfile.mkdtemp())
        self._drivers = {False: unwatched, True: watched}

    def seconds(self, mode: str) -> float:
        """The processor time of one drive."""
        recording = self._recording
        recording.look = NodeValues() if mode not in ("off", "noted") else None
        recording.keeper = ValueKeeper(self._folder, "dag", "task", -1) if mode in MODES[3:] else None
        built = self._drivers[mode != "off"]
        began = time.process_time()
        built.execute([f"n{NODES - 1}"], inputs={"start": self._value})
        if mode == MODES[-1] and recording.keeper is not None:
            recording.keeper.keep()
        spent = time.process_time() - began
        recording.take()
        for file in self._folder.iterdir():
            file.unlink()
        return spent


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pairs", type=int, default=300)
    pairs = arguments.parse_args().pairs
    made = {name: (kind, make()) for name, (kind, make) in KINDS.items()}
    modules = {name: _module(f"bench_{at}", kind, value) for at, (name, (kind, value)) in enumerate(made.items())}
    unwatched = {name: driver.Builder().with_modules(module).build() for name, module in modules.items()}
    os.environ["TMPDIR"] = tempfile.mkdtemp()
    recording = record_drivers(Effects(root=Path("/nowhere")))
    watched = {name: driver.Builder().with_modules(module).build() for name, module in modules.items()}
    print(f"| value of each node | {' | '.join(MODES[1:])} |\n|---|{'---:|' * len(MODES[1:])}")
    for name, (_, value) in made.items():
        drives = _Drives(value, recording, unwatched[name], watched[name])
        shares: dict[str, list[float]] = {mode: [] for mode in MODES[1:]}
        for _ in range(pairs):
            order = random.sample(MODES, len(MODES))
            spent = {mode: drives.seconds(mode) for mode in order}
            for mode, seen in shares.items():
                seen.append(spent[mode] / spent["off"] - 1)
        print(f"| {name} | {' | '.join(f'{statistics.median(seen):.1%}' for seen in shares.values())} |")


if __name__ == "__main__":
    main()
