"""What each node returns while an engine plays a dataflow, put down in whatever process or thread it runs."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hamilton.lifecycle import base

from windtunnel.collectors.value_keeper import pickled


class Note(NamedTuple):
    """One run of a node: the `value` that it returned, pickled, None where it does not pickle or has raised.

    `part` tells the runs of a node in a block apart. `error` is what it raised, as text, "" where it did not.
    """

    node: str
    part: str
    value: bytes | None
    error: str = ""


class Tolerant(base.BaseDoCheckEdgeTypesMatch):
    """The graph was built once, whatever adapter of the user's let its edges pass: so they pass here."""

    def do_check_edge_types_match(self, *, type_from: type, type_to: type) -> bool:  # noqa: ARG002  the protocol's
        return True


class Notes(base.BasePostNodeExecute):
    """An adapter that has each node noted in a folder, and finds its way there from other processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def post_node_execute(
        self,
        *,
        node_: Any,
        success: bool,
        error: BaseException | None,
        result: Any,
        task_id: str | None = None,
        **_: Any,
    ) -> None:
        """Hamilton's hook."""
        self.note(node_.name, task_id or "", result if success else None, error)

    def note(self, node: str, part: str, value: Any, error: BaseException | None = None) -> None:
        """Put it down at once: what is downstream may change the value in place."""
        said = said_of(error) if error is not None else ""
        kept = None if error is not None else pickled(value)
        record = pickle.dumps(Note(node, part, kept if isinstance(kept, bytes) else None, said))
        name = f"{os.getpid()}-{threading.get_ident()}"
        file = os.open(self._folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, record)
        finally:
            os.close(file)


def notes_in(folder: Path) -> dict[tuple[str, str], Note]:
    """All notes, by node and part."""
    found = (note for file in sorted(folder.iterdir()) for note in _notes_of(file))
    return {(note.node, note.part): note for note in found}


def said_of(error: BaseException) -> str:
    """The exception in one line."""
    error = unwrapped(error)
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def unwrapped(error: BaseException) -> BaseException:
    """What the user's code raised, of what a cluster has made of it."""
    inner = getattr(error, "cause", None)  # Ray's
    return inner if isinstance(inner, BaseException) else error


def _notes_of(file: Path) -> Iterator[Note]:
    with file.open("rb") as written:
        while written.peek(1):
            yield pickle.load(written)  # noqa: S301  it was written here
