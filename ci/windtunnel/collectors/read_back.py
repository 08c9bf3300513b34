"""Whether what lies on disk can be read: by the loader that matches the saver, or by what its name promises."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from windtunnel.collectors.executions import FORMAT_TAG, Saved
from windtunnel.collectors.likeness import likeness_of
from windtunnel.collectors.rows import rows_of
from windtunnel.facts import ValueFacts

_PATH_NAMES = ("path", "filepath_or_buffer", "path_or_buf", "path_or_buffer", "io", "file")
# Options that mean the same to pandas' and Hamilton's writers and readers; `header`, for one, does not.
_SHARED_OPTIONS = (
    *("sep", "encoding", "compression", "orient", "lines", "decimal", "date_unit", "parser", "engine", "allow_pickle"),
    *("quotechar", "quoting", "doublequote", "escapechar", "lineterminator"),
)
# Options behind which anything can stand: encryption, a stylesheet, another file system.
_OPAQUE_OPTIONS = ("extra_kwargs", "engine_kwargs", "storage_options", "stylesheet", "filesystem")


class ReadBack(NamedTuple):
    """Why a file cannot be read, "" where it can and where nobody here knows how to; what the value looks like."""

    trouble: str = ""
    value: ValueFacts | None = None
    rows: int | None = None


def read_back(saved: Saved, file: Path) -> ReadBack:
    """What the file of a saver gives to the loader that matches it. It is read once."""
    if file.is_dir():
        return ReadBack()
    if saved.saver is None:
        probe = _PROBES.get(file.suffix.lower())
        return ReadBack(probe(file) if probe else "")
    loader = _matching_loader(saved)
    if loader is None or any(saved.options.get(name) for name in _OPAQUE_OPTIONS):
        return ReadBack()
    found = _load(loader, saved, file)
    # pandas guesses types and axes of JSON, and fails on documents that any other reader takes
    if found.trouble and saved.node.tags.get(FORMAT_TAG) == "json" and not _not_json(file):
        return ReadBack()
    return found


def _matching_loader(saved: Saved) -> Any:
    """The loader that Hamilton ships beside the saver, for the nearest class of what was saved."""
    known = sys.modules["hamilton.registry"].LOADER_REGISTRY.get(saved.node.tags.get(FORMAT_TAG, ""), ())
    beside = [loader for loader in known if loader.__module__ == getattr(saved.saver, "__module__", "")]
    for base in saved.data_type.__mro__:
        for loader in beside:
            if base in loader.applicable_types():
                return loader
    return None


def _load(loader: Any, saved: Saved, file: Path) -> ReadBack:
    required, optional = loader.get_required_arguments(), loader.get_optional_arguments()
    options = {name: saved.options[name] for name in _SHARED_OPTIONS if name in saved.options and name in optional}
    path_names = [name for name in _PATH_NAMES if name in required or name in optional][:1]
    options.update(dict.fromkeys(path_names, str(file)))
    if not path_names or set(required) - set(options):
        return ReadBack()
    try:
        value, _ = loader(**options).load_data(saved.data_type)
    except (ImportError, MemoryError):  # the reader wants what this Python has not: nothing is known of the file
        return ReadBack()
    except Exception as error:  # whatever a reader raises on a torn file
        return ReadBack(f"{type(error).__name__}: {error}")
    # readers of CSV pass over blank lines, which are rows where there is one column
    is_bare = saved.node.tags.get(FORMAT_TAG) == "csv" and getattr(value, "shape", (0, 2))[1:] < (2,)
    return ReadBack(value=likeness_of(value), rows=None if is_bare else rows_of(value))


# What the name of a file promises, whoever wrote it: only what no reader of such a file can do without.


def _not_json(file: Path) -> str:
    """Why the file is neither one JSON document nor one in each line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        try:
            json.loads(text)
        except ValueError:
            for line in filter(str.strip, text.splitlines()):
                json.loads(line)
    except ValueError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _not_json_text(file: Path) -> str:
    """The same of text; what is no text may be compressed, or in another encoding, and logs may have broken lines."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return ""
    return "" if len(lines) > 1 and _is_object(lines[0]) else _not_json(file)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _no_parquet(file: Path) -> str:
    content = file.read_bytes()
    whole = content[:4] == content[-4:] and content[:4] in (b"PAR1", b"PARE")
    return "" if whole else "a Parquet file begins and ends with PAR1"


def _no_zip(file: Path) -> str:
    encrypted = file.read_bytes()[:4] == b"\xd0\xcf\x11\xe0"
    return "" if encrypted or zipfile.is_zipfile(file) else "an xlsx file is a zip archive"


def _no_npy(file: Path) -> str:
    return "" if file.read_bytes()[:6] == b"\x93NUMPY" else "a npy file begins with its magic number"


_PROBES: dict[str, Callable[[Path], str]] = {
    ".json": _not_json_text,
    ".npy": _no_npy,
    ".parquet": _no_parquet,
    ".xlsx": _no_zip,
}
