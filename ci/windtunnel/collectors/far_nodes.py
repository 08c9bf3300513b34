"""Nodes that run in another process than the task: what is seen of them there, and how word of it comes back."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from windtunnel.collectors.executions import SAVER_TAG, Saved, saved_of
from windtunnel.facts import ValueFacts

_MOST_TEXT = 1000  # characters of an option, elements of a list


class Word(NamedTuple):
    """One node that has run elsewhere; `saved` is plain data, None for a node that saves nothing."""

    run_id: str
    node: str
    saved: _FarSave | None


class _FarSave(NamedTuple):
    options: Any
    data_type: tuple[str, str]
    metadata: Any
    saver: tuple[str, str] | None
    cwd: str
    value: ValueFacts | None

    def of(self, node: Any) -> Saved:
        saver = None if self.saver is None else _class(*self.saver)
        data_type = _class(*self.data_type) or object
        return Saved(node, self.options, data_type, self.metadata, saver, Path(self.cwd), idle=False, value=self.value)


class Messenger:
    """What is left of the recorder in another process: it tells of each node, and bears with every other hook."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def __getattr__(self, hook: str) -> Callable[..., None]:
        if hook.startswith("__"):
            raise AttributeError(hook)
        return lambda **_: None

    def post_node_execute(self, *, run_id: str, node_: Any, kwargs: Any, success: bool, result: Any, **_: Any) -> None:
        """Hamilton's hook: put word of the node into the file of this process, all at once."""
        try:
            saved = _far(saved_of(node_, kwargs, result, idle=False)) if success and SAVER_TAG in node_.tags else None
            word = pickle.dumps(Word(run_id, node_.name, saved))
            file = os.open(Path(self._folder) / str(os.getpid()), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except Exception:  # the user's node must not fail of us; its task hears nothing, and says so
            return
        try:
            os.write(file, word)
        finally:
            os.close(file)


def words_in(folder: Path) -> Iterator[Word]:
    """All that has come so far, by process, in the order in which it was sent."""
    for file in sorted(folder.iterdir()):
        with file.open("rb") as sent:
            while sent.peek(1):
                try:
                    yield pickle.load(sent)  # noqa: S301  it comes from processes of the very task
                except Exception:  # it was torn, with its process
                    break


def _far(saved: Saved) -> _FarSave:
    return _FarSave(
        _plain(saved.options),
        _named(saved.data_type),
        _plain(saved.metadata),
        None if saved.saver is None else _named(saved.saver),
        str(saved.cwd),
        saved.value,
    )


def _plain(value: Any) -> Any:
    """The value as far as it is plain: paths as text, what is neither text nor number by the name of its type."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)[:_MOST_TEXT]
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in list(value.items())[:_MOST_TEXT]}
    if isinstance(value, Sequence):
        return [_plain(entry) for entry in value[:_MOST_TEXT]]
    return type(value).__name__


def _named(cls: type) -> tuple[str, str]:
    return cls.__module__, cls.__qualname__


def _class(module: str, name: str) -> Any:
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found
