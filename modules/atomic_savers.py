"""Savers whose file is at every moment the old one or the new one, whole; to be copied into any project.

Hamilton's own savers write in place: a worker that is killed in the middle, or a full disk, leaves half a file under
the name that others read. Here the file is written aside, in a folder of its own beside its place, brought to the disk,
and then put in its place by one rename. Write `@save_atomically.csv(...)` in the place of `@save_to.csv(...)`: the
options, the node, its tags and its metadata are the same. For functions of your own:

    @datasaver()
    def saved_notes(notes: list[str], notes_location: str) -> dict:
        with aside(notes_location) as file:
            file.write_text("\\n".join(notes))
        return {"path": notes_location}

`materialize_atomically.csv(...)` stands in the place of `to.csv(...)`, for `Driver.materialize`.

Not for what is written through a server, for folders (partitioned tables) and for appending: these raise. Object stores
(`s3://` and the like) put whole objects only, so there the saver is Hamilton's own. What a killed writer has left aside
is removed by the next writer of the same file; who is still at work holds a lock, and is left alone.
"""

import contextlib
import dataclasses
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from hamilton.function_modifiers.adapters import SaveToDecorator
from hamilton.io.data_adapters import DataSaver
from hamilton.io.materialization import partial_materializer
from hamilton.registry import SAVER_REGISTRY

_PATH_FIELDS = ("path", "filepath_or_buffer", "path_or_buf", "path_or_buffer", "buf", "io", "file", "filepath")


@contextlib.contextmanager
def aside(place: str | os.PathLike[str]) -> Iterator[Path]:
    """A path of the same name to write to, in a folder of its own on the same disk. What lies there at the end of the
    `with` is put in its place; after an exception nothing is. A library may append a suffix: then the file that lies
    there goes to the same name with that suffix.
    """
    place = Path(os.path.realpath(place))  # through a link, as a write in place would go
    _remove_what_the_dead_have_left(place)
    folder, lock = _own_folder(place)
    try:
        yield folder / place.name
        written = _only_file_in(folder, place)
        target = place.with_name(written.name)
        if target.exists():
            shutil.copymode(target, written)
        _bring_to_disk(written)
        Path(written).replace(target)
        _bring_to_disk(target.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


class _ByFormat(type):
    """Answers `save_atomically.<format>` for every format that Hamilton saves to a path."""

    by: Callable[[list[type[DataSaver]]], Callable[..., Any]]

    def __getattr__(cls, format_: str) -> Callable[..., Any]:
        if format_.startswith("__") or format_ not in SAVER_REGISTRY:
            raise AttributeError(f"Hamilton has no saver {format_!r}; it has {', '.join(sorted(SAVER_REGISTRY))}")
        savers = [atomic(saver) for saver in SAVER_REGISTRY[format_] if _path_field(saver)]
        if not savers:
            raise AttributeError(f"the saver {format_!r} writes to no path, so there is nothing to rename")
        return cls.by(savers)


class save_atomically(metaclass=_ByFormat):  # noqa: N801  it stands where `save_to` would
    """`@save_atomically.csv(path=source("location"), output_name_="saved_table")`, and so on for each format."""

    @staticmethod
    def by(savers: list[type[DataSaver]]) -> Callable[..., SaveToDecorator]:
        """The decorator."""

        def save_to(output_name_: str | None = None, target_: str | None = None, **options: Any) -> SaveToDecorator:
            return SaveToDecorator(savers, output_name_=output_name_, target_=target_, **options)

        return save_to


class materialize_atomically(metaclass=_ByFormat):  # noqa: N801  it stands where `to` would
    """`materialize_atomically.csv(id="saved", dependencies=["table"], path=location)`, and so on for each format."""

    by = staticmethod(partial_materializer)


@cache
def atomic(saver: type[DataSaver]) -> type[DataSaver]:
    """The atomic version of a saver class: of Hamilton's, or of your own that is a dataclass with a `path`."""
    path_field = _path_field(saver)
    if not path_field:
        raise TypeError(f"{saver.__qualname__} has none of the fields {', '.join(_PATH_FIELDS)}")

    def save_data(self: Any, data: Any) -> dict[str, Any]:
        place = getattr(self, path_field)
        if not isinstance(place, str | os.PathLike) or "://" in os.fspath(place).removeprefix("file://"):
            return plain(self).save_data(data)  # a buffer, an object store
        place = os.fspath(place).removeprefix("file://")
        if str(getattr(self, "mode", "w")).startswith("a"):
            raise ValueError(f"{place}: to append is not atomic; write the whole file, or a file for each run")
        with aside(place) as other:
            metadata = dataclasses.replace(plain(self), **{path_field: str(other)}).save_data(data)
        return _told_of(metadata, str(other), place)

    def plain(self: Any) -> Any:
        return saver(**{field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.init})

    # It stands in for the saver under all of its names: Hamilton's tags and whoever looks for its loader go by these.
    names = {"__module__": saver.__module__, "__qualname__": saver.__qualname__, "__doc__": saver.__doc__}
    return type(saver.__name__, (saver,), {**names, "save_data": save_data})


def _path_field(saver: type[DataSaver]) -> str:
    fields = {field.name for field in dataclasses.fields(saver)} if dataclasses.is_dataclass(saver) else set()
    return next((name for name in _PATH_FIELDS if name in fields), "")


def _told_of(metadata: Any, other: str, place: str) -> Any:
    """The metadata as it would be if the file had been written in its place."""
    if isinstance(metadata, dict):
        return {key: _told_of(value, other, place) for key, value in metadata.items()}
    return metadata.replace(other, place) if isinstance(metadata, str) else metadata


# The folder aside is hidden, and locked for as long as its process lives: the kernel takes the lock off the dead.


def _own_folder(place: Path) -> tuple[Path, int]:
    while True:
        folder = place.with_name(f".{place.name}.{secrets.token_hex(4)}.aside")
        folder.mkdir()
        with contextlib.suppress(OSError):  # somebody took it for a dead one's, before it was locked
            lock = os.open(folder, os.O_RDONLY)
            if _locks(lock) and folder.is_dir():
                return folder, lock
            os.close(lock)


def _remove_what_the_dead_have_left(place: Path) -> None:
    for folder in place.parent.glob(f".{_literal(place.name)}.*.aside"):
        with contextlib.suppress(OSError):  # another writer has just removed it
            lock = os.open(folder, os.O_RDONLY)
            if _locks(lock):
                shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _locks(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _only_file_in(folder: Path, place: Path) -> Path:
    found = list(folder.iterdir())
    if len(found) != 1 or not found[0].is_file():
        what = ", ".join(sorted(path.name for path in found)) or "nothing"
        raise ValueError(f"{place}: one file can be put in its place at once, and this was written: {what}")
    return found[0]


def _bring_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
