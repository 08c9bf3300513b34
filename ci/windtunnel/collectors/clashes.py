"""Module names that two places answer to: which one the user's imports got, and which one they missed."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.python_text import at_import
from windtunnel.collectors.source import parsed
from windtunnel.facts import ClashFacts
from windtunnel.findings import Location


def clashes(file: Path, root: Path, before: AbstractSet[str]) -> tuple[ClashFacts, ...]:
    """The clashes in what `file`, and the user's modules that were not there `before`, import at their top."""
    homes = tuple(dict.fromkeys(Path(entry) for entry in sys.path if is_users(entry, root)))
    found: dict[tuple[str, Path], ClashFacts] = {}
    for source in (file, *_users_modules(root, before)):
        for wish in _wishes(source):
            for hidden in _hidden(wish, homes, root):
                used = _shown(sys.modules[wish.top], root)
                clash = ClashFacts(wish.top, Location(relative(source, root), wish.line), used, relative(hidden, root))
                found.setdefault((wish.top, hidden), clash)
    return tuple(found.values())


def _users_modules(root: Path, before: AbstractSet[str]) -> list[Path]:
    files = {getattr(sys.modules[name], "__file__", None) for name in sys.modules.keys() - before}
    return sorted(Path(file) for file in files if isinstance(file, str) and is_users(file, root))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one import statement of the file `source` asks for: the module `name`, and perhaps names in it."""

    name: str
    line: int
    source: Path
    names: Callable[[], frozenset[str]]

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]


def _wishes(file: Path) -> Iterator[_Wish]:
    tree = parsed(file)
    for node in at_import(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield _Wish(alias.name, node.lineno, file, partial(_used_of, alias.asname or alias.name, tree))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield _Wish(node.module, node.lineno, file, partial(frozenset, [alias.name for alias in node.names]))


def _used_of(name: str, tree: ast.AST) -> frozenset[str]:
    """The attributes that the file takes of a module which it knows by `name`."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return frozenset(node.attr for node in nodes if ast.unparse(node.value) == name)


def _hidden(wish: _Wish, homes: Iterable[Path], root: Path) -> Iterator[Path]:
    """The files of the user's that could have answered the wish, and lie behind the one that did."""
    used = sys.modules.get(wish.top)
    origin = getattr(used, "__file__", None)
    if used is None or (origin is None and hasattr(used, "__path__")):  # a namespace: its folders merge
        return
    homes = [home for home in homes if _has(home, wish.top)]
    if not homes:  # nearly always
        return
    places = {Path(place).resolve() for place in (origin, *getattr(used, "__path__", ())) if place}
    for home in homes:
        answer = _at(home, wish.name)
        top = _at(home, wish.top) if answer else None
        if answer is None or top is None or answer == wish.source or places & {top.resolve(), top.parent.resolve()}:
            continue
        # Of two files of the user's either may be meant; of an installed one it is the user's that offers the names.
        either = origin is not None and is_users(origin, root) and top.is_file()
        if either or wish.names() & _offers(answer):
            yield answer


def _has(home: Path, top: str) -> bool:
    return os.path.exists(f"{home}/{top}.py") or os.path.exists(f"{home}/{top}")  # noqa: PTH110  ten times as fast


def _at(home: Path, name: str) -> Path | None:
    """The file or folder by which `home` has the module; None where it has none, or a folder without any Python."""
    place = home.joinpath(*name.split("."))
    for file in (place / "__init__.py", place.with_name(place.name + ".py")):
        if file.is_file():
            return file
    return place if any(place.glob("*.py")) else None


def _offers(answer: Path) -> set[str]:
    """The names that a module binds at its top, and the modules that lie in it if it is a package."""
    file = answer / "__init__.py" if answer.is_dir() else answer
    folder = file.parent if file.name == "__init__.py" else None
    inner = {entry.stem for entry in folder.iterdir()} if folder else set()
    return inner | {name for statement in parsed(file).body for name in _bound(statement)}


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    else:
        stores = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
        yield from (node.id for node in stores if isinstance(node.ctx, ast.Store))


def _shown(module: ModuleType, root: Path) -> str:
    """Where the module that was used lies: a file of the repository, or what is installed."""
    file = getattr(module, "__file__", None)
    if isinstance(file, str) and is_users(file, root):
        return relative(file, root)
    origin = "standard" if module.__name__.partition(".")[0] in sys.stdlib_module_names else "installed"
    return f"the {origin} module {module.__name__}"
