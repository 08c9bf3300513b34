"""What the owner declares of values: `windtunnel_strategies.py` at the root, read inside a child process."""

from __future__ import annotations

import difflib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from windtunnel.collectors.failures import failure_facts
from windtunnel.findings import Location

FILE = "windtunnel_strategies.py"
ENTRY_POINTS = "windtunnel.strategies"
WORDS = ("strategies", "non_null", "min_rows", "unique")
# As near as this to one of the words, a name is that word misspelt.
_MISSPELT = 0.75


class Misdeclared(Exception):
    """The owner's declarations cannot be read; `location` is where, the text says what is wrong."""

    def __init__(self, location: Location, message: str) -> None:
        super().__init__(message)
        self.location = location


@dataclass(frozen=True, slots=True)
class Declared:
    """What the owner says of nodes and inputs, by `name` or `name.column`; both may be globs.

    `strategies` are Hypothesis's own. Nothing is declared of what is not named.
    """

    strategies: Mapping[str, Any] = field(default_factory=dict)
    non_null: tuple[str, ...] = ()
    min_rows: Mapping[str, int] = field(default_factory=dict)
    unique: tuple[str, ...] = ()

    def strategy_for(self, name: str) -> Any:
        """The strategy of a node or an input, or None."""
        return self.strategies.get(name)

    def is_non_null(self, name: str, column: str = "") -> bool:
        """Whether no value is ever missing there; of a whole table it is said by its name alone."""
        return _named(self.non_null, name, column)

    def is_unique(self, name: str, column: str = "") -> bool:
        """Whether no value (without a column: no row, and no label of the index) occurs twice."""
        return _named(self.unique, name, column)

    def least_rows(self, name: str) -> int:
        """How few rows a table can have: 0 where nothing is declared."""
        return max((rows for known, rows in self.min_rows.items() if fnmatchcase(name, known)), default=0)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that something is declared of, as it is written."""
        return tuple(dict.fromkeys((*self.strategies, *self.non_null, *self.min_rows, *self.unique)))


def _named(patterns: Iterable[str], name: str, column: str) -> bool:
    asked = (name, f"{name}.{column}") if column else (name,)
    return any(fnmatchcase(one, pattern) for pattern in patterns for one in asked)


def declared(root: Path) -> Declared:
    """What the file at `root` declares, over what installed packages do; nothing where there is neither.

    Runs the owner's code: for child processes only. Raises Misdeclared.
    """
    found = Declared()
    for source in (*metadata.entry_points(group=ENTRY_POINTS), root / FILE):
        if isinstance(source, Path):
            said = _read(_loaded(source), FILE) if source.is_file() else Declared()
        else:
            said = _read(_of_package(source), f"the entry point {source.name!r} of {ENTRY_POINTS}")
        found = _over(said, found)
    return found


def _over(later: Declared, earlier: Declared) -> Declared:
    return Declared(
        {**earlier.strategies, **later.strategies},
        (*earlier.non_null, *later.non_null),
        {**earlier.min_rows, **later.min_rows},
        (*earlier.unique, *later.unique),
    )


def _loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None, "it ends with .py"
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        failure = failure_facts(error, file.parent)
        raise Misdeclared(failure.location or Location(file.name), f"cannot be loaded: {failure.summary}") from error
    return module


def _of_package(point: Any) -> object:
    try:
        return point.load()
    except (Exception, SystemExit) as error:
        where = f"the entry point {point.name!r} of {ENTRY_POINTS}"
        raise Misdeclared(Location(FILE), f"{where} cannot be loaded: {type(error).__name__}: {error}") from error


def _read(said: object, where: str) -> Declared:
    """What a module, or whatever an entry point names, says by the four words."""
    known = dict(said) if isinstance(said, Mapping) else dict(vars(said))
    for name in known:
        meant = difflib.get_close_matches(name.lower(), WORDS, n=1, cutoff=_MISSPELT)
        if name not in WORDS and not name.startswith("_") and meant:
            raise _misdeclared(known, name, f"{where}: {name!r} means nothing here, did you mean {meant[0]!r}?")
    return Declared(
        strategies=_word(known, where, "strategies", _strategies, "a dict of Hypothesis strategies by name"),
        non_null=_word(known, where, "non_null", _names, "a list of names, of nodes, inputs or `name.column`"),
        min_rows=_word(known, where, "min_rows", _rows, "a dict of whole numbers by name, or one for all tables"),
        unique=_word(known, where, "unique", _names, "a list of names, of nodes, inputs or `name.column`"),
    )


def _word(known: Mapping[str, Any], where: str, word: str, read: Callable[[Any], Any], expected: str) -> Any:
    try:
        return read(known.get(word))
    except (TypeError, ValueError) as error:
        said = " ".join(repr(known[word]).split())[:80]
        raise _misdeclared(known, word, f"{where}: {word!r} is expected to be {expected}, not {said}") from error


def _misdeclared(known: Mapping[str, Any], word: str, message: str) -> Misdeclared:
    return Misdeclared(Location(FILE, _line_of(known.get("__file__"), word)), message)


def _line_of(file: object, word: str) -> int:
    if not isinstance(file, str) or not Path(file).is_file():
        return 1
    lines = Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(word)), 1)


def _strategies(said: Any) -> Mapping[str, Any]:
    named: dict[str, Any] = {} if said is None else dict(said)
    if not all(map(_is_strategy, named.values())) or not all(map(str.isprintable, named)):
        raise TypeError
    return named


def _is_strategy(value: Any) -> bool:
    """By what it can do: whoever declares none has not imported Hypothesis."""
    return all(hasattr(value, name) for name in ("example", "flatmap", "validate"))


def _names(said: Any) -> tuple[str, ...]:
    said = () if said is None else (said,) if isinstance(said, str) else tuple(said)
    if not all(isinstance(name, str) for name in said):
        raise TypeError
    return tuple(said)


def _rows(said: Any) -> Mapping[str, int]:
    named: dict[str, Any] = {} if said is None else {"*": said} if isinstance(said, int) else dict(said)
    if not all(map(_is_count, named.values())) or not all(map(str.isprintable, named)):
        raise TypeError
    return named


def _is_count(rows: Any) -> bool:
    return isinstance(rows, int) and not isinstance(rows, bool) and rows >= 0
