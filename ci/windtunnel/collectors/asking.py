"""Which lines of the user's ask, while a file is imported, for what may differ from parse to parse."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.source import parsed
from windtunnel.facts import AskFacts, Cause
from windtunnel.findings import Location

# Frames of libraries that may lie between the user's line and the call: randint() has two, uuid1() one, glob() six.
# All libraries hash.
_BETWEEN = {"hash": 0, "listdir": 6, "scandir": 6}
_BETWEEN_ELSE = 3
_MEANT = {
    Cause.CLOCK: ("now", "utcnow", "today", "time", "time_ns", "ctime", "gmtime", "localtime", "strftime"),
    Cause.TIME_ZONE: ("now", "today", "fromtimestamp", "timestamp", "astimezone", "localtime", "mktime", "strftime"),
    Cause.PARSE: ("random", "getrandbits", "urandom", "generate_time_safe", "getpid"),
    Cause.LISTING: ("listdir", "scandir"),
    Cause.HASH_SEED: ("hash",),
}
_CAUSES = {
    name: tuple(cause for cause, names in _MEANT.items() if name in names) for all_ in _MEANT.values() for name in all_
}
_MODULES = ("time", "posix", "builtins", "_uuid")
_OF_CLASS = ("now", "utcnow", "today", "fromtimestamp")
_OF_DATE = ("timestamp", "astimezone")
_ORDERLESS = ("sorted", "len", "min", "max", "sum", "any", "all", "bool", "isinstance", "set", "frozenset")


class Asking:
    """Between `start` and `stop`, the calls of such functions. It slows the import down, several times over."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen: dict[AskFacts, None] = {}

    def start(self) -> None:
        """Watch from now on."""
        sys.setprofile(self._profile)

    def stop(self) -> tuple[AskFacts, ...]:
        """What was asked for, in order, and the lines of the user's modules that make sets."""
        sys.setprofile(None)
        files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        for file in sorted(file for file in files if isinstance(file, str) and is_users(file, self._root)):
            self._seen.update(dict.fromkeys(sets_in(Path(file), self._root)))
        return tuple(self._seen)

    def _profile(self, frame: FrameType, event: str, argument: Any) -> None:
        if event != "c_call":
            return
        name = getattr(argument, "__name__", "")
        if name not in _CAUSES or not _is_such(argument):
            return
        if location := self._users_line(frame, _BETWEEN.get(name, _BETWEEN_ELSE)):
            self._seen.update(dict.fromkeys(AskFacts(cause, name, location) for cause in _CAUSES[name]))

    def _users_line(self, frame: FrameType | None, between: int) -> Location | None:
        for _ in range(between + 1):
            if frame is None:
                return None
            if is_users(frame.f_code.co_filename, self._root):
                return Location(relative(frame.f_code.co_filename, self._root), frame.f_lineno)
            frame = frame.f_back
        return None


def _is_such(function: Any) -> bool:
    """Whether it is the one of its name that is meant: of dates, of a generator of random numbers, of the system."""
    import random

    owner, name = getattr(function, "__self__", None), function.__name__
    if isinstance(owner, ModuleType):
        return owner.__name__ in _MODULES
    if isinstance(owner, type):
        return issubclass(owner, date) and name in _OF_CLASS
    is_chance = isinstance(owner, random.Random)  # noqa: S311  we only look for it
    return is_chance or (isinstance(owner, date) and name in _OF_DATE)


def sets_in(file: Path, root: Path) -> Iterator[AskFacts]:
    """The lines of a file that make sets, but for those of which only what has no order is taken."""
    tree = parsed(file)
    harmless = {id(child) for node in ast.walk(tree) for child in _orderless(node)}
    for node in ast.walk(tree):
        if _is_set(node) and id(node) not in harmless:
            yield AskFacts(Cause.HASH_SEED, "set", Location(relative(file, root), node.lineno))  # type: ignore[attr-defined]


def _is_set(node: ast.AST) -> bool:
    makes = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("set", "frozenset")
    return makes or isinstance(node, ast.Set | ast.SetComp)


def _orderless(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _ORDERLESS:
        yield from node.args
    elif isinstance(node, ast.Compare):
        yield from node.comparators
