"""Whether the text of a DAG names the date of its runs: without that, runs of different dates teach nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from windtunnel.collectors.source import read_source

WORDS = re.compile(
    r"\b(ds|ds_nodash|ts|ts_nodash|ts_nodash_with_tz|logical_date|execution_date|data_interval_(start|end)"
    r"|prev_\w+|next_\w+|yesterday_ds|tomorrow_ds|macros)\b"
)
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\w+)|import[ \t]+([\w.]+))", re.MULTILINE)


def names_dates(file: Path, root: Path) -> bool:
    """Whether the file, or a module of the repository that it imports near or far, has a word for a run's date."""
    return any(WORDS.search(text) for text in _texts(file, root, set()))


def _texts(file: Path, root: Path, seen: set[Path]) -> Iterator[str]:
    seen.add(file)
    try:
        text = read_source(file).decode("utf-8", errors="replace")
    except OSError:
        return
    yield text
    for whole, member, plain in _IMPORT.findall(text) if file.suffix == ".py" else ():
        for place in _places((root, file.parent), plain or f"{whole}.{member}"):
            if place not in seen and place.is_file():
                yield from _texts(place, root, seen)


def _places(homes: tuple[Path, ...], name: str) -> Iterator[Path]:
    for home in homes:
        stem = home.joinpath(*filter(None, name.split(".")))
        yield from (stem.with_suffix(".py"), stem / "__init__.py", stem.parent.with_suffix(".py"))
