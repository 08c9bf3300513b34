"""How long nodes took, and what those that took long have returned; and whether what they were given was that."""

from __future__ import annotations

import hashlib
import pickle
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any

from windtunnel.collectors.executions import LOADER_TAG, SAVER_TAG, Execution, Slow
from windtunnel.collectors.likeness import likeness_of

SLOW = 1.0
"""Seconds from which on it is worth not computing something twice."""
_MOST_BYTES = 16 << 20  # pickled in a small part of the time that the node took


def note_ignored(execution: Execution, inputs: Any) -> None:
    """Remember the inputs that are given for nodes which are computed."""
    nodes = execution.graph.nodes
    for name in inputs or ():
        if name in nodes and not nodes[name].user_defined:
            execution.ignored[name] = inputs[name]


def begins(execution: Execution, node: Any) -> None:
    """A node is about to run in this thread."""
    execution.begun[node.name, threading.get_ident()] = time.monotonic()


def only_begun(execution: Execution, node: Any) -> None:
    """What has ended is only the making of a task, which will run when it is awaited: nobody knows how long."""
    execution.begun.pop((node.name, threading.get_ident()), None)


def has_ended(execution: Execution, node: Any, result: Any) -> None:
    """A node has ended well."""
    begun = execution.begun.pop((node.name, threading.get_ident()), None)
    if execution.ignored and node.name in execution.ignored and _same(execution.ignored[node.name], result):
        execution.agreed.add(node.name)
    if begun is not None and (seconds := time.monotonic() - begun) >= SLOW and not _touches_outside(node.tags):
        execution.slow.append(Slow(node, seconds, _content(result)))


def _touches_outside(tags: Iterable[str]) -> bool:
    return SAVER_TAG in tags or LOADER_TAG in tags


def _same(given: Any, computed: Any) -> bool:
    """False only where they certainly differ."""
    if given is computed:
        return True
    if type(given) is not type(computed):
        return False
    try:
        equals = getattr(given, "equals", None)
        if _is_array(given):
            return bool(given.shape == computed.shape and (given == computed).all())
        return bool(equals(computed) if equals else given == computed)
    except Exception:  # who holds arrays does not say whether it is equal, and other people's classes raise anything
        return True


def _is_array(value: Any) -> bool:
    return isinstance(value, getattr(sys.modules.get("numpy"), "ndarray", ()))


def _content(value: Any) -> str:
    """A digest of the pickled value; of a large one, of what was looked at; "" where there is none."""
    digest = _Digest()
    try:
        _Pickler(digest, pickle.HIGHEST_PROTOCOL).dump(value)
    except Exception:
        seen = likeness_of(value)
        return "" if seen is None else hashlib.sha256(repr(seen).encode(errors="replace")).hexdigest()
    return digest.text


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        if type(obj).__module__.startswith("windtunnel."):  # a driver's recorder takes it for a sign of other processes
            raise pickle.PicklingError
        return NotImplemented


class _Digest:
    """A file that only keeps the digest of what is written to it."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._room = _MOST_BYTES

    @property
    def text(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        self._room -= size
        if self._room < 0:
            raise OverflowError
        self._hash.update(data)
        return size
