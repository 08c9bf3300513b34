"""What a DAG file changes in its own process while it is imported, told apart from what libraries change."""

from __future__ import annotations

import importlib.machinery
import logging
import os
import random
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.source import line_of_deed
from windtunnel.findings import Location

_State = dict[str, Any]
_IMPORTLIB = "<frozen importlib._bootstrap_external>"  # whose frames tracebacks leave out


class StateWatch:
    """Compares the process wherever the work passes between the user's files and a library that is imported.

    It sees that by the loaders' `exec_module`, which DagBag calls too. What Airflow changes before and after is
    neither's; what a library changes when a line of the user's calls it is the user's. One look takes 0.3 ms.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._main = threading.get_ident()
        self._users_turn: bool | None = None  # None: neither the user's nor a library's
        self._first: _State = {}
        self._last: _State = {}
        self._by_user: set[str] = set()
        self._changed: dict[str, re.Pattern[str]] = {}
        self._files: dict[Path, None] = {}
        for loader in _loaders():
            loader.exec_module = self._telling(loader.exec_module)

    def changes(self) -> Iterator[tuple[str, Location | None]]:
        """What the user's files have left changed, and the line where the text of one of them has it."""
        for what, deed in self._changed.items():
            lines = ((file, line_of_deed(file, deed)) for file in self._files)
            yield what, next((Location(relative(file, self._root), line) for file, line in lines if line), None)

    def _telling(self, execute: Callable[..., None]) -> Callable[..., None]:
        def exec_module(loader: Any, module: Any) -> None:
            if threading.get_ident() != self._main:
                return execute(loader, module)
            before = self._pass_to(users=self._is_users(module))
            try:
                return execute(loader, module)
            finally:
                self._pass_to(users=before)

        exec_module.__code__ = exec_module.__code__.replace(co_filename=_IMPORTLIB)
        return exec_module

    def _is_users(self, module: Any) -> bool | None:
        file = str(getattr(module, "__file__", None) or "")
        if not is_users(file, self._root):
            return None if self._users_turn is None else False
        self._files[Path(file)] = None
        return True

    def _pass_to(self, *, users: bool | None) -> bool | None:
        before = self._users_turn
        if users is not before:
            now = {what: look() for what, look in _LOOKS.items()}
            if before is None:
                self._first = now
            if before:
                self._by_user |= {what for what in now if now[what] != self._last[what]}
            if users is None:
                self._settle(now)
            self._last, self._users_turn = now, users
        return before

    def _settle(self, now: _State) -> None:
        for what in (what for what in now if what in self._by_user and now[what] != self._first[what]):
            self._changed.update(_describe(what, self._first[what], now[what]))
        self._by_user = set()


def _loaders() -> Iterator[Any]:
    """The classes in which the loaders of files and of zip archives get their `exec_module`."""
    for loader in (importlib.machinery.SourceFileLoader, importlib.machinery.ExtensionFileLoader):
        yield next(owner for owner in loader.__mro__ if "exec_module" in vars(owner))


def _describe(what: str, first: Any, now: Any) -> Iterator[tuple[str, re.Pattern[str]]]:
    """(what has changed, the deeds in a text that change it) in the words of a finding."""
    if what == _HANDLERS:
        changed = [number for number in first if first[number] != now[number]]
        yield from ((f"the handler of {signal.Signals(number).name}", _DEEDS[what]) for number in changed)
    elif what == _PATCHES:
        yield from ((f"{owner}.{name}", _patching(name)) for owner, name in _replaced(first, now))
    else:
        yield what, _DEEDS[what]


def _replaced(first: dict[str, _State], now: dict[str, _State]) -> Iterator[tuple[str, str]]:
    """(owner, name) of the public functions and classes that are another, or gone."""
    for owner, members in first.items():
        for name, value in members.items():
            is_public = not name.startswith("_") or name in ("__import__", "__init__", "__new__")
            if is_public and callable(value) and now[owner].get(name) is not value:
                yield owner, name


def _patching(name: str) -> re.Pattern[str]:
    return re.compile(rf"(^|\.){name}=|\b(setattr|delattr|patch|object)\(.*\b{name}\b")


_HANDLERS, _PATCHES = "the signal handlers", "the standard library"
_OFTEN_PATCHED = [
    "builtins",
    "datetime",
    "http.client",
    "inspect",
    "io",
    "json",
    "json.JSONDecoder",
    "json.JSONEncoder",
    "logging",
    "logging.Logger",
    "math",
    "os",
    "os.path",
    "pathlib",
    "pathlib.Path",
    "pickle",
    "random",
    "random.Random",
    "re",
    "shutil",
    "signal",
    "socket",
    "socket.socket",
    "ssl",
    "subprocess",
    "subprocess.Popen",
    "sys",
    "tempfile",
    "threading",
    "threading.Thread",
    "time",
    "urllib.request",
    "uuid",
]


def _members() -> dict[str, _State]:
    """What the modules and classes that people patch hold, as far as they are imported."""
    owners = ((name, _owner(name)) for name in _OFTEN_PATCHED)
    return {name: dict(vars(owner)) for name, owner in owners if owner is not None}


def _owner(name: str) -> Any:
    module, _, member = name.rpartition(".")
    return sys.modules.get(name) or vars(sys.modules.get(module, object)).get(member)


_SIGNALS = sorted(number for number in signal.valid_signals() if number < 32)  # the others have no names


def _handlers(getsignal: Callable[[int], Any] = signal.getsignal) -> dict[int, Any]:
    return {number: getsignal(number) for number in _SIGNALS}


def _mask(umask: Callable[[int], int] = os.umask) -> int:
    mask = umask(0)
    umask(mask)
    return mask


def _folder(getcwd: Callable[[], str] = os.getcwd) -> str:
    try:
        return getcwd()
    except OSError:  # it is gone
        return ""


def _random(getstate: Callable[[], Any] = random.getstate) -> int:
    return hash(getstate())


_CONFIGURES = r"\b(basicConfig|dictConfig|fileConfig)\("
# Each with the deeds, as `line_of_deed` writes them, that change it. The functions asked are those of before any patch.
_COMPARED: dict[str, tuple[Callable[[], Any], str]] = {
    "os.environ": (
        lambda: dict(os.environ),
        r"\benviron\b.*=$|\benviron\.(update|setdefault|pop|clear)\(|\bputenv\(|\bload_dotenv\(",
    ),
    "the working directory": (_folder, r"\bf?chdir\("),
    "sys.path": (
        lambda: list(sys.path),
        r"\bsys\.path\b.*=$|\bpath\.(insert|append|extend|remove|pop|clear)\(|\baddsitedir\(",
    ),
    "the level of the root logger": (lambda: logging.root.level, rf"\.setLevel\(|\.level=$|{_CONFIGURES}"),
    "the handlers of the root logger": (
        lambda: list(logging.root.handlers),
        rf"\.(add|remove)Handler\(|\bhandlers\b|{_CONFIGURES}",
    ),
    "the level that all logging is disabled at": (lambda: logging.root.manager.disable, r"\bdisable\("),
    "the random state": (_random, r"\brandom\.\w+\(|^(seed|shuffle|choice|choices|randint|randrange|sample|uniform)\("),
    "the warnings filters": (
        lambda: list(warnings.filters),
        r"\b(simplefilter|filterwarnings|resetwarnings)\(|\bfilters\b",
    ),
    "the umask": (_mask, r"\bumask\("),
    "the recursion limit": (sys.getrecursionlimit, r"\bsetrecursionlimit\("),
    _HANDLERS: (_handlers, r"(^|\.)signal\("),
    _PATCHES: (_members, ""),
}
_LOOKS = {what: look for what, (look, _) in _COMPARED.items()}
_DEEDS = {what: re.compile(deeds) for what, (_, deeds) in _COMPARED.items()}
