"""Whether a large file is whole, by what it begins and ends with: reading all of it takes as long as saving it did."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from windtunnel.collectors.executions import FORMAT_TAG, Saved

LARGE = 16 << 20
"""From so many bytes on a file is large."""
_ENDS = 1 << 16  # bytes that are looked at of a text
# Options with which a text ends otherwise than Hamilton's savers end it by themselves.
_OTHER_TEXT = ("compression", "lineterminator", "encoding", "orient", "lines", "indent")


class Sampled(NamedTuple):
    """Why a large file is not whole, "" where nothing speaks against it; its rows, where the format tells them."""

    trouble: str = ""
    rows: int | None = None
    detail: str = ""


def sampled(saved: Saved, file: Path) -> Sampled | None:
    """What the ends of the file tell; None for a format of which they tell nothing, and of savers of one's own."""
    look = _LOOKS.get(str(saved.node.tags.get(FORMAT_TAG, "")))
    is_ours = saved.saver is not None and saved.saver.__module__.startswith("hamilton.")
    if look is None or not is_ours or any(saved.options.get(name) for name in _OTHER_TEXT):
        return None
    try:
        return look(file)
    except (ImportError, MemoryError):
        return None
    except Exception as error:  # whatever a reader raises on a torn file
        return Sampled(f"{type(error).__name__}: {error}")


def _parquet(file: Path) -> Sampled:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(file) as opened:
        return Sampled(rows=opened.metadata.num_rows, detail="only its footer was read")


def _feather(file: Path) -> Sampled:
    import pyarrow

    with pyarrow.memory_map(str(file)) as mapped, pyarrow.ipc.open_file(mapped) as opened:
        return Sampled(detail=f"only its schema and footer were read, not its {opened.num_record_batches} batches")


def _npy(file: Path) -> Sampled:
    numpy: Any = sys.modules["numpy"]  # somebody has saved an array
    numpy.load(file, mmap_mode="r")  # maps all that its head promises
    return Sampled(detail="only its head was read, and its size compared")


def _pickle(file: Path) -> Sampled:
    head, tail = _ends(file)
    is_whole = head[:1] == b"\x80" and tail[-1:] == b"."
    return Sampled("" if is_whole else "a pickle begins with its protocol and ends with a full stop", detail=_BY_ENDS)


def _csv(file: Path) -> Sampled:
    head, tail = _ends(file)
    if b"\0" in head + tail:
        return Sampled("there is a character 0 in the text")
    return Sampled("" if tail[-1:] in b"\r\n" else "it ends in the middle of a line", detail=_BY_ENDS)


def _json(file: Path) -> Sampled:
    head, tail = _ends(file)
    closing = {b"{": b"}", b"[": b"]"}.get(head.lstrip()[:1])
    is_whole = closing is not None and tail.rstrip().endswith(closing)
    return Sampled("" if is_whole else "it does not end with the bracket that it begins with", detail=_BY_ENDS)


_BY_ENDS = "only its first and its last bytes were read"
_LOOKS: dict[str, Callable[[Path], Sampled]] = {
    "parquet": _parquet,
    "feather": _feather,
    "npy": _npy,
    "pickle": _pickle,
    "csv": _csv,
    "json": _json,
}


def _ends(file: Path) -> tuple[bytes, bytes]:
    with file.open("rb") as opened:
        head = opened.read(_ENDS)
        opened.seek(-min(_ENDS, file.stat().st_size), 2)
        return head, opened.read(_ENDS)
