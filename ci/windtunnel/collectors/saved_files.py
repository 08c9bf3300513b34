"""What lies on disk where a saver has promised a file, the moment that its task has ended."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from windtunnel.collectors.big_files import LARGE, sampled
from windtunnel.collectors.broken_word import broken_word
from windtunnel.collectors.effects import Effects
from windtunnel.collectors.executions import FORMAT_TAG, Loaded, Saved
from windtunnel.collectors.losses import lost_to_anybody
from windtunnel.collectors.read_back import ReadBack, read_back
from windtunnel.collectors.saved_objects import find
from windtunnel.collectors.saved_tables import rows_in
from windtunnel.collectors.unfinished import Bystanders, stamp
from windtunnel.facts import LossFacts, SaveState

_READ_AT_MOST = 256 * 1024 * 1024  # bytes; reading back costs about as much memory as the task itself took
_NO_PATH = "the saver names no path"
_NAMES_A_PATH = re.compile(
    r"(^|_)(path|filepath|path_or_buf(fer)?|filepath_or_buffer|file|filename|destination|buf|io)$"
)
_CLAIMS_A_PATH = re.compile(r"(path|destination)$")


class Seen(NamedTuple):
    """What became of one save: `path` is absolute, `size` in bytes."""

    state: SaveState
    path: str = ""
    size: int = 0
    detail: str = ""
    losses: tuple[LossFacts, ...] = ()
    table: str = ""


class Witness(Protocol):
    """What was seen of the process while the task ran."""

    @property
    def bystanders(self) -> Bystanders: ...
    @property
    def effects(self) -> Effects: ...


class _Promise(NamedTuple):
    """`certain` tells a saver that says where it has written from one whose arguments merely look like it.

    It is `by_sight` where it says nothing, and was seen to write one file, which may be something else.
    """

    path: str = ""
    certain: bool = False
    unseen: str = ""
    by_sight: bool = False


def look_at(saves: Sequence[Saved], witness: Witness) -> list[Seen]:
    """What lies where each of the savers wrote, in the same order."""
    promises = [_promise(saved) for saved in saves]
    files = [_file(saved, promise, witness.effects) for saved, promise in zip(saves, promises, strict=True)]
    writers = witness.bystanders.writers({file for file in files if file}) if any(files) else {}
    last = {file: number for number, file in enumerate(files)}
    return [
        _elsewhere(saved, promise, witness.effects)
        if file is None
        else Seen(SaveState.UNSEEN, str(file), 0, f"{saves[last[file]].node.name!r} has saved over it")
        if last[file] != number
        else _look(saved, promise, file, writers.get(file, ""))
        for number, (saved, promise, file) in enumerate(zip(saves, promises, files, strict=True))
    ]


def _elsewhere(saved: Saved, promise: _Promise, effects: Effects) -> Seen:
    """What became of a save that is no file of this machine, as far as this process may ask."""
    if saved.table is not None:
        return _look_at_table(saved, *saved.table)
    found = find(saved, promise.path, effects) if "://" in promise.path else None
    if found is None or (found.size < 0 and not promise.certain):
        return Seen(SaveState.UNSEEN, promise.path, 0, promise.unseen)
    if found.copy is not None:
        seen = _look(saved, promise, found.copy, "")._replace(path=promise.path)
        shutil.rmtree(found.copy.parent, ignore_errors=True)
        return seen
    state = SaveState.MISSING if found.size < 0 else SaveState.WHOLE if found.size else SaveState.EMPTY
    return Seen(state, promise.path, max(found.size, 0))


def _look_at_table(saved: Saved, path: str, table: str) -> Seen:
    """Whole where all its rows were there for others, when it had ended or when the task has."""
    rows = max(count for count in (rows_in(path, table), saved.committed, -1) if count is not None)
    if rows >= (saved.rows or 0):
        return Seen(SaveState.WHOLE, path, table=table)
    return Seen(SaveState.UNSEEN, path, 0, f"others see fewer rows in table {table!r} than were given", table=table)


def left_by(saved: Saved, effects: Effects) -> Seen:
    """What lies where a saver of a task that has failed since has written."""
    file = file_of(saved, effects)
    if file is None or not file.is_file():
        return Seen(SaveState.NOT_REACHED)
    return Seen(SaveState.LEFT_BEHIND, str(file), stamp(file)[0])


def stamp_of(saved: Saved, effects: Effects) -> tuple[int, int] | None:
    """The stamp of the one file that a saver has written; None where it is not certain which one that is."""
    file = file_of(saved, effects)
    return stamp(file) if file is not None and file.is_file() else None


def file_of(saved: Saved, effects: Effects) -> Path | None:
    """The file that a saver has certainly written; None where its arguments and metadata do not tell."""
    promise = _promise(saved)
    return _file(saved, promise, effects) if promise.certain else None


def url_of(saved: Saved) -> str:
    """The URL of the object that a saver has certainly written to a store; "" for a file of this machine."""
    promise = _promise(saved)
    return promise.path if promise.certain and promise.unseen and "://" in promise.path else ""


def loaded_file(loaded: Loaded) -> Path | None:
    """The file of this machine that a loader has read; None where it names none, or several."""
    path = _loaded_path(loaded)
    return loaded.cwd / path if path and "://" not in path else None


def loaded_url(loaded: Loaded) -> str:
    """The URL that a loader has read; "" where it names none, or several."""
    path = _loaded_path(loaded)
    return path if "://" in path else ""


def _loaded_path(loaded: Loaded) -> str:
    paths = [text for name, text in loaded.options.items() if _NAMES_A_PATH.search(name)]
    return paths[0].removeprefix("file://") if len(paths) == 1 else ""


def _promise(saved: Saved) -> _Promise:
    told = {name: path for name, path in _paths_in(_flat(saved.metadata)) if _NAMES_A_PATH.search(name)}
    given = {name: path for name, path in _paths_in(saved.options) if _NAMES_A_PATH.search(name)}
    if saved.saver is not None and saved.saver.__module__.startswith("hamilton."):
        promise = _Promise(next(iter((*given.values(), *told.values())), ""), certain=True)
    elif told:
        name, path = next(iter(told.items()))
        promise = _Promise(path, certain=bool(_CLAIMS_A_PATH.search(name)))
    else:
        promise = _Promise(next(iter(given.values()), "") if len(given) == 1 else "")
    if not promise.path and saved.saver is None and (file := _only_file(saved)):
        return _Promise(file, by_sight=True)
    if not promise.path:
        return promise._replace(unseen=_NO_PATH)
    if "://" in promise.path and not promise.path.startswith("file://"):
        return promise._replace(unseen="it lies on another system")
    return promise


def _only_file(saved: Saved) -> str:
    """The one file that a saver of somebody's own was seen to write, where that is still there; else ""."""
    paths = [name.removeprefix("file:").partition("?")[0] for name in saved.opened if ":memory:" not in name]
    files = {os.path.realpath(saved.cwd / path) for path in paths if not path.startswith("/dev/")}
    there = [file for file in files if Path(file).is_file()]
    return there[0] if len(there) == 1 else ""


def _flat(metadata: Any) -> Mapping[str, Any]:
    """A saver's metadata; Hamilton's own put what they say of the file into a mapping of its own."""
    if not isinstance(metadata, Mapping):
        return {}
    inner = metadata.get("file_metadata")
    return {**metadata, **inner} if isinstance(inner, Mapping) else metadata


def _paths_in(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, str | os.PathLike) and isinstance(path := os.fspath(value), str) and path:
            yield str(name), path


def _file(saved: Saved, promise: _Promise, effects: Effects) -> Path | None:
    """The file as it is called now; None where there is none to look at."""
    if promise.unseen:
        return None
    file = saved.cwd / promise.path.removeprefix("file://")
    if promise.path.startswith("~") and not file.exists():
        file = Path(promise.path).expanduser()  # as pandas does it
    file = effects.now_at(file)
    # numpy and matplotlib append the suffix of the format
    suffixes = (saved.node.tags.get(FORMAT_TAG), saved.options.get("format"), "png", "pdf", "svg")
    named = (file.with_name(f"{file.name}.{suffix}") for suffix in suffixes)
    return file if file.exists() or saved.saver is None else next(filter(Path.exists, named), file)


def _look(saved: Saved, promise: _Promise, file: Path, writer: str) -> Seen:
    size = stamp(file)[0]
    if promise.by_sight:
        is_there = size > 0 and not writer
        return Seen(SaveState.WHOLE, str(file), size) if is_there else Seen(SaveState.UNSEEN, detail=_NO_PATH)
    if writer:
        return Seen(SaveState.UNFINISHED, str(file), max(size, 0), writer)
    if size < 0:
        doubt = _doubt(saved, promise, file)
        return Seen(SaveState.UNSEEN if doubt else SaveState.MISSING, str(file), 0, doubt)
    if not (file.is_file() or file.is_dir()):
        return Seen(SaveState.UNSEEN, str(file), 0, "it is a device or a pipe")
    if size == 0:
        return Seen(SaveState.EMPTY, str(file))
    sample = sampled(saved, file) if size >= LARGE and file.is_file() else None
    if sample is None and size > _READ_AT_MOST:
        return Seen(SaveState.UNSEEN, str(file), size, "it is too large to be read back here")
    found = ReadBack(sample.trouble, rows=sample.rows) if sample else read_back(saved, file)
    if found.trouble:
        return Seen(SaveState.UNREADABLE, str(file), size, found.trouble)
    kind = str(saved.node.tags.get(FORMAT_TAG, ""))
    lost = lost_to_anybody(kind, saved.value, found.value) if saved.value and found.value else ()
    state, detail = broken_word(saved, file, found.rows) or (SaveState.WHOLE, sample.detail if sample else "")
    return Seen(state, str(file), size, detail, lost)


def _doubt(saved: Saved, promise: _Promise, file: Path) -> str:
    """Why it may be right that nothing lies there; "" where it cannot."""
    if saved.lazy:
        return "Dask runs the saver when its result is computed, and nothing lies there yet"
    wrote = saved.saver is not None or not saved.idle
    if wrote and file.is_relative_to(tempfile.gettempdir()):
        return "it was a temporary file, and is gone"
    if wrote and not promise.certain:
        return "nothing lies there, and the saver's metadata does not say where it has written"
    return ""
