"""Names that somebody in the repository, outside one module, gives to a driver or defines: known by their text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from windtunnel.collectors.own_files import is_foreign

_SUFFIXES = (".py", ".ipynb", ".yaml", ".yml", ".json", ".toml", ".cfg", ".ini", ".env")
_MOST_BYTES = 1 << 20
_HIDING = re.compile(r"overrides|with_config|\bDriver\(")
_GIVEN = r"(?<![\w.]){}\\?[\"']?(?:\]\s*=(?!=)|\s*[:=](?!=))"


class Supplies:
    """All text of the repository but that of one module, read when it is first asked for: most modules ask for none."""

    def __init__(self, root: Path, file: Path) -> None:
        self._root = root
        self._file = file

    def holds(self, name: str) -> bool:
        """Whether the name is a key, a keyword, a parameter, a variable or a function there.

        In another dataflow any string may be the name of a node: `@extract_columns("name")`.
        """
        word = re.escape(name)
        given = re.compile(rf"{_GIVEN.format(word)}|\bdef\s+{word}(?:__\w+)?\s*\(")
        quoted = re.compile(rf"[\"']{word}[\"']")
        return any(given.search(text) or ("function_modifiers" in text and quoted.search(text)) for text in self._texts)

    def overrides(self, name: str) -> bool:
        """Whether a file that speaks of overrides, or of a driver's config, which hides nodes, gives the name."""
        given = re.compile(_GIVEN.format(re.escape(name)))
        return any(_HIDING.search(text) and given.search(text) for text in self._texts)

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        return tuple(self._read())

    def _read(self) -> Iterator[str]:
        for place, folders, files in os.walk(self._root):
            # Tests too: what they give to a driver is an input that is meant.
            folders[:] = [name for name in sorted(folders) if name in _TESTS or not is_foreign(Path(place, name))]
            for file in (Path(place, name) for name in sorted(files) if name.endswith(_SUFFIXES)):
                if file != self._file and file.is_file() and file.stat().st_size <= _MOST_BYTES:
                    yield file.read_text(encoding="utf-8", errors="replace")


_TESTS = ("test", "tests")
