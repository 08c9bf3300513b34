"""Names that somebody in the repository, outside one module, gives to a driver or defines: known by their text."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from windtunnel.collectors.own_files import TESTS, is_foreign

_SUFFIXES = (".py", ".ipynb", ".yaml", ".yml", ".json", ".toml", ".cfg", ".ini", ".env")
_MOST_BYTES, _MOST_TEXT = 1 << 20, 1 << 25  # of one file, of all
_WRITES_NODES = re.compile(r"\bfunction_modifiers\b")
_DRIVES = re.compile(r"import .*\b(async_)?driver\b|\bhamilton\.(async_)?driver\b|\bwith_modules\b|Driver\(")
_HIDES = re.compile(r"overrides|with_config|\bDriver\(")
# A report of windtunnel's that lies in the repository names every node, and speaks of overrides: it gives none.
_OURS = re.compile(r'\A\{\s*"schema": "\d+",\s*"(windtunnel|findings)":|"driver": \{\s*"name": "windtunnel"')
_HEAD = 600


class Supplies:
    """All text of the repository but that of one module, read when it is first asked for: most modules ask for none.

    Where there is very much of it, nobody knows what it gives: each answer is yes.
    """

    def __init__(self, root: Path, file: Path) -> None:
        self._root = root
        self._file = file

    def give(self, name: str) -> bool:
        """Whether it is a key, a keyword, a variable or a function somewhere, or a node of another dataflow."""
        return self._is_too_much or any(text.gives(name) for text in self._texts)

    def know(self, name: str) -> bool:
        """Whether it is that, or a parameter of another dataflow, which then means the same input."""
        return self._is_too_much or any(text.gives(name) or text.asks(name) for text in self._texts)

    def override(self, name: str) -> bool:
        """Whether a file that speaks of overrides, or of a driver's config, which hides nodes, gives the name."""
        return self._is_too_much or any(_HIDES.search(text.text) and text.binds(name) for text in self._texts)

    @property
    def _is_too_much(self) -> bool:
        return sum(len(text.text) for text in self._texts) > _MOST_TEXT

    @cached_property
    def _texts(self) -> tuple[_Text, ...]:
        return tuple(map(_Text, self._read()))

    def _read(self) -> Iterator[str]:
        read = 0
        for place, folders, files in os.walk(self._root):
            # Tests too: what they give to a driver is an input that is meant.
            folders[:] = [name for name in sorted(folders) if name in TESTS or not is_foreign(Path(place, name))]
            for file in (Path(place, name) for name in sorted(files) if name.endswith(_SUFFIXES)):
                if file == self._file or not file.is_file() or file.stat().st_size > _MOST_BYTES:
                    continue
                text = file.read_text(encoding="utf-8", errors="replace")
                if _OURS.search(text, 0, _HEAD):
                    continue
                yield text
                read += len(text)
                if read > _MOST_TEXT:
                    return


@dataclass(frozen=True)
class _Text:
    """The text of one file."""

    text: str

    def gives(self, name: str) -> bool:
        """In a dataflow a name in quotes is often a column: there only definitions and decorators count."""
        if self._defines(name):
            return True
        if _WRITES_NODES.search(self.text) and not _DRIVES.search(self.text):
            return name in self._decorating
        return self.binds(name) or name in self._decorating

    def binds(self, name: str) -> bool:
        """Whether something stands for the name: `"name": 1`, `name=1`, `x["name"] = 1`, `name: 1`."""
        word = rf"(?<![\w.]){re.escape(name)}"
        return bool(re.search(rf"{word}\\?[\"']?(?:\]\s*=(?!=)|\s*[:=](?!=))", self.text))

    def asks(self, name: str) -> bool:
        """Whether it may be a parameter: `name: int`, `name=1`."""
        return bool(re.search(rf"(?<![\w.\"']){re.escape(name)}\s*[:=](?!=)", self.text))

    def _defines(self, name: str) -> bool:
        return bool(re.search(rf"\bdef\s+{re.escape(name)}(?:__\w+)?\s*\(", self.text))

    @cached_property
    def _decorating(self) -> frozenset[str]:
        """The strings and keywords in decorators, each of which may name a node."""
        if not _WRITES_NODES.search(self.text):
            return frozenset()
        try:
            functions = [node for node in ast.walk(ast.parse(self.text)) if isinstance(node, ast.FunctionDef)]
        except (SyntaxError, ValueError, RecursionError):
            return frozenset()
        parts = [part for one in functions for decorator in one.decorator_list for part in ast.walk(decorator)]
        words = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
        return frozenset(words | {part.arg for part in parts if isinstance(part, ast.keyword) and part.arg})
