"""How many rows a value has, or a file, where that is certain."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from windtunnel.collectors.file_formats import format_of

_PARSED_AT_MOST = 16 * 1024 * 1024  # bytes of a JSON document; lines of text are counted in any file
_TABLES = {("pandas", "DataFrame"), ("polars", "DataFrame"), ("pyarrow", "Table")}


def rows_of(value: Any) -> int | None:
    """The rows of a table that is in memory and has columns, or the items of a list; None of anything else."""
    if type(value) is list:
        return len(value)
    tables = ((kind.__module__.partition(".")[0], kind.__name__) for kind in type(value).__mro__)
    return len(value) if any(table in _TABLES for table in tables) and value.shape[1] else None


def rows_at_most(file: Path) -> int | None:
    """More rows than this a file cannot have, the header of a text being one. None where nobody here knows."""
    count = {
        ".csv": _lines,
        ".tsv": _lines,
        ".json": _items,
        ".jsonl": _lines,
        ".ndjson": _lines,
        ".parquet": _parquet_rows,
    }.get(file.suffix.lower())
    is_compressed = format_of(file)[0] not in ("", "parquet")
    return count(file) if count and not is_compressed else None


def _lines(file: Path) -> int:
    """No record has less than a line, however fields are quoted, and no encoding has less than a byte for its end."""
    ends, last = Counter[int](), b"\n"
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            ends.update({end: block.count(end) for end in b"\r\n"})
            last = block[-1:]
    return max(ends.values(), default=0) + (last not in b"\r\n")


def _items(file: Path) -> int | None:
    if file.stat().st_size > _PARSED_AT_MOST:
        return None
    try:
        found = json.loads(file.read_bytes())
    except ValueError:  # one document in each line
        return _lines(file)
    return len(found) if isinstance(found, list) else None


def _parquet_rows(file: Path) -> int | None:
    pyarrow = sys.modules.get("pyarrow.parquet")  # who has written such a file has most likely imported it
    return pyarrow.ParquetFile(file).metadata.num_rows if pyarrow else None
