"""The text of a repository's own files, asked for names: who speaks of a node, or of a key of the configuration."""

from __future__ import annotations

import ast
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from windtunnel.collectors.own_files import TESTS, is_foreign

_SUFFIXES = (".py", ".ipynb", ".yaml", ".yml", ".json", ".toml")
_LARGEST = 1 << 18  # bytes: what is larger holds data
_WORD = re.compile(rb"[A-Za-z_]\w*")


@dataclass
class RepositoryText:
    """The files that may ask for nodes; tests are among them."""

    root: Path
    _words: dict[Path, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def files(self) -> tuple[Path, ...]:
        return tuple(sorted(self._files()))

    def _files(self) -> Iterator[Path]:
        for place, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name in TESTS or not is_foreign(Path(place, name))]
            for name in names:
                file = Path(place, name)
                if name.endswith(_SUFFIXES) and file.is_file() and file.stat().st_size <= _LARGEST:
                    yield file

    def names(self, word: str, but: Path) -> bool:
        """Whether any file has the word, `but` not counted."""
        return self._holders[word] > (but in self.files and word in self._words_of(but))

    @cached_property
    def _holders(self) -> Counter[str]:
        """How many files have each word."""
        return Counter(word for file in self.files for word in self._words_of(file))

    def _words_of(self, file: Path) -> frozenset[str]:
        if file not in self._words:
            found = _WORD.findall(_bytes_of(file))
            self._words[file] = frozenset(word.decode("ascii", "replace") for word in found)
        return self._words[file]

    def values_of(self, key: str) -> frozenset[str] | None:
        """The constants (as code) that are given under this name in Python; None where anything else may be.

        They are given in dicts (`{"region": "US"}`), as keywords, and by `config["region"] = "US"`.
        """
        found: set[str] = set()
        for file in self.files:
            if key in self._words_of(file):
                given = _given_in(file, key) if file.suffix == ".py" else None
                if given is None:
                    return None
                found |= given
        return frozenset(found)


def called_in(file: Path) -> frozenset[str]:
    """The names that a module's own code uses other than as parameters of the function that they stand in.

    Of texts those that stand in the bodies of functions or outside of them: what decorators name is in the graph.
    """
    try:
        tree = ast.parse(_bytes_of(file))
    except (SyntaxError, ValueError):
        return frozenset()
    return frozenset(_used(tree, frozenset()))


def _used(node: ast.AST, parameters: frozenset[str]) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        parameters |= {one.arg for one in every}
    if isinstance(node, ast.Name) and node.id not in parameters:
        yield node.id
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for name, child in ast.iter_fields(node):
        for part in child if isinstance(child, list) else [child]:
            if isinstance(part, ast.AST):
                texts = _used(part, parameters)
                yield from (_names_alone(part) if name == "decorator_list" else texts)


def _names_alone(node: ast.AST) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _given_in(file: Path, key: str) -> set[str] | None:
    """The constants given under the key in one file; None where something else is, or the key is used otherwise."""
    try:
        tree = ast.parse(_bytes_of(file))
    except (SyntaxError, ValueError):
        return None
    found: set[str] = set()
    explained: set[int] = set()
    for node in ast.walk(tree):
        for value in _bound(node, key, explained):
            if not isinstance(value, ast.Constant):
                return None
            found.add(repr(value.value))
    stray = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value == key)
    return None if any(id(node) not in explained for node in stray) else found


def _bound(node: ast.AST, key: str, explained: set[int]) -> Iterator[ast.expr]:
    if isinstance(node, ast.Dict):
        for name, value in zip(node.keys, node.values, strict=True):
            if isinstance(name, ast.Constant) and name.value == key:
                explained.add(id(name))
                yield value
    elif isinstance(node, ast.Call) and not _is_condition(node):
        yield from (given.value for given in node.keywords if given.arg == key)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            name = target.slice if isinstance(target, ast.Subscript) else None
            if isinstance(name, ast.Constant) and name.value == key:
                explained.add(id(name))
                yield node.value


def _is_condition(call: ast.Call) -> bool:
    """Whether it is Hamilton's `@config.when(region="US")` and the like, which ask and do not give."""
    return isinstance(call.func, ast.Attribute) and call.func.attr.startswith("when")


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
