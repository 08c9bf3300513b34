"""A file that can be read and yet is not what its saver, its name or the saver's metadata says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from windtunnel.collectors.executions import FORMAT_TAG, SAVER_TAG, Saved, hidden_defaults
from windtunnel.collectors.file_formats import why_misnamed
from windtunnel.collectors.rows import rows_at_most
from windtunnel.collectors.unfinished import stamp
from windtunnel.facts import SaveState

# Keys that can mean nothing else. Of `size` alone, or `size_bytes`, nobody knows whether it counts rows, values or what
# they take in memory.
_BYTES = ("file_size_bytes", "file_size_in_bytes", "size_on_disk")
_ROWS = ("rows", "n_rows", "num_rows", "row_count", "rows_written", "rows_saved")
# The formats of Hamilton's own savers in which no row can get lost; Excel, for one, drops empty rows at the end.
_KEEPS_ROWS = ("csv", "feather", "json", "parquet", "pickle")


def broken_word(saved: Saved, file: Path, rows: int | None) -> tuple[SaveState, str] | None:
    """The first word that is not kept, and how; `rows` are those that were read back, None where nobody counted."""
    if file.is_dir():
        return None
    if below := _saver_below(saved):
        return SaveState.MISTAKEN, f"it has saved what saver {below!r} returns"
    if misnamed := why_misnamed(file, str(saved.node.tags.get(FORMAT_TAG, "")) if _is_hamiltons(saved) else ""):
        return SaveState.MISNAMED, misnamed
    if stamp(file) != saved.stamp:  # the task has changed it since, and may have meant to
        return None
    if lost := _lost(saved, rows):
        return SaveState.TRUNCATED, lost
    contradiction = _contradiction(saved, file)
    return (SaveState.CONTRADICTED, contradiction) if contradiction else None


def _is_hamiltons(saved: Saved) -> bool:
    return saved.saver is not None and saved.saver.__module__.startswith("hamilton.")


def _saver_below(saved: Saved) -> str:
    """Which saver's metadata was saved in the place of a value; "" where none was, or its author has asked for it.

    Of two @save_to on one function, the upper saves what the lower returns, if it names no `target_`.
    """
    functions = set(saved.node.originating_functions or ())
    name = saved.node.name.rpartition(".")[2]
    decorators = [known for function in functions for known in getattr(function, "transform", ())]
    mine = [known for known in decorators if getattr(known, "artifact_name", "") in (None, name)]
    if not mine or any(getattr(known, "target", "") is not None for known in mine):
        return ""
    below = [node for node in saved.node.dependencies if SAVER_TAG in node.tags and hidden_defaults(node.callable)]
    return next((node.name for node in below if functions & set(node.originating_functions or ())), "")


def _lost(saved: Saved, rows: int | None) -> str:
    """How many rows were given and how many came back, where some did not."""
    if rows is None or saved.rows is None or _may_lose_rows(saved):
        return ""
    headless = "header" in saved.options and not saved.options["header"]  # then the reader takes a row for one
    return "" if rows + headless >= saved.rows else f"{saved.rows} rows were given, and {rows} came back"


def _may_lose_rows(saved: Saved) -> bool:
    """Whether the format may lose a row in which nothing stands."""
    name, is_polars = saved.node.tags.get(FORMAT_TAG), saved.data_type.__module__.startswith("polars")
    is_bare = name == "csv" and (is_polars or bool(saved.options.get("quoting")))
    return is_bare or (_is_hamiltons(saved) and name not in _KEEPS_ROWS)


def _contradiction(saved: Saved, file: Path) -> str:
    """What the saver's metadata says of the file that is not so."""
    told = saved.metadata if isinstance(saved.metadata, Mapping) else {}
    size = file.stat().st_size
    for name, said in _numbers(told, "file_metadata", ("size",), _BYTES):
        if said != size:
            return f"{name!r} is {said}, and the file has {size} bytes"
    claims = [] if saved.saver is not None else _numbers(told, "dataframe_metadata", ("rows",), _ROWS)
    most = rows_at_most(file) if claims else None
    for name, said in claims:
        if most is not None and most < said:
            return f"{name!r} is {said}, and the file has no more than {most}"
    return ""


def _numbers(
    told: Mapping[Any, Any], part: str, of_part: tuple[str, ...], of_all: tuple[str, ...]
) -> list[tuple[str, int]]:
    """The whole numbers that metadata has under certain names: those of Hamilton's own part of it, and of itself."""
    inner = told.get(part)
    found = [(name, told.get(name)) for name in of_all]
    found += [(name, inner.get(name)) for name in of_part] if isinstance(inner, Mapping) else []
    return [(name, value) for name, value in found if type(value) is int]
