"""How many rows a value has, or a file, where that is certain."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

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
    try:
        return count(file) if count else None
    except ValueError:  # it is compressed, or in another encoding
        return None


def _lines(file: Path) -> int:
    """No record has less than a line, however fields are quoted."""
    with file.open(encoding="utf-8-sig") as opened:
        return sum(1 for _ in opened)


def _items(file: Path) -> int | None:
    text = file.read_text(encoding="utf-8-sig")
    try:
        found = json.loads(text)
    except ValueError:  # one document in each line
        return _lines(file)
    return len(found) if isinstance(found, list) else None


def _parquet_rows(file: Path) -> int | None:
    pyarrow = sys.modules.get("pyarrow.parquet")  # who has written such a file has most likely imported it
    return pyarrow.ParquetFile(file).metadata.num_rows if pyarrow else None
