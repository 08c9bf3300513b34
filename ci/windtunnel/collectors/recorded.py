"""One execution of a driver by a real task, kept so that it can be played again in another process.

The files hold samples of the data. They lie in a folder of the engine's, which goes when it ends, and nothing of them
goes anywhere else but into what a finding must show.
"""

from __future__ import annotations

import os
import pickle
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class RecordedDataflow:
    """What a driver of a task that ended well was made with, what entered, and what its nodes have returned.

    `modules` are (import name, file) in the order in which the driver was given them; `config`, `inputs`, `overrides`
    and `values` hold each value pickled by itself, by its name. A node that was `executed` and has no value is one
    whose value does not pickle, or was too large or too slow to keep: it can be computed again from what is upstream.
    What has entered and could not be kept is `missing`, with the reason. `loaders` and `savers` are the nodes that
    touch the outside, `foreign` those that no function of the modules makes (materializers). `adapters` are the classes
    of adapters that run nodes in Hamilton's place, `engines` the names of what they and executors run them by. Of the
    tables that are `cut` every so many rows are kept, for they are large; then there are no `values` but those that
    entered.
    """

    dag_id: str
    task_id: str
    map_index: int
    modules: tuple[tuple[str, str], ...]
    final_vars: tuple[str, ...]
    executed: tuple[str, ...] = ()
    loaders: tuple[str, ...] = ()
    savers: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    adapters: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    config: Mapping[str, bytes] = field(default_factory=dict)
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    overrides: Mapping[str, bytes] = field(default_factory=dict)
    values: Mapping[str, bytes] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> str:
        """Put it into a file of its own in `folder`, whose path is returned."""
        file = folder / f"{secrets.token_hex(8)}.dataflow"
        # Nobody looks for it before its name is told.
        written = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(written, "wb") as opened:
            pickle.dump(self, opened, pickle.HIGHEST_PROTOCOL)
        return str(file)


def read_recorded(path: str | Path) -> RecordedDataflow:
    """The recorded dataflow in a file; to be called in a child only, for the file was made beside the user's code."""
    recorded = pickle.loads(Path(path).read_bytes())  # noqa: S301
    assert isinstance(recorded, RecordedDataflow), path
    return recorded


def value_in(pickled: bytes) -> Any:
    """One value as it was. Raises whatever its class raises, in a child that has the modules that it needs."""
    return pickle.loads(pickled)  # noqa: S301  the same
