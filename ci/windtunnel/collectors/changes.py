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
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.source import line_of_deed
from windtunnel.findings import Location

_State = dict[str, dict[Any, Any]]  # by the words for it, and there by its parts: names, entries, numbers
_Part = tuple[str, Any]
_IMPORTLIB = "<frozen importlib._bootstrap_external>"  # whose frames tracebacks leave out


class StateWatch:
    """Compares the process wherever the work passes between the user's files and a library that is imported.

    It sees that by the loaders' `exec_module`, which DagBag calls too. What Airflow changes before and after is
    neither's; what a library changes when a line of the user's calls it is the user's. One look takes 0.2 ms.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._main = threading.get_ident()
        self._looks = _looks()
        self._users_turn: bool | None = None  # None: neither the user's nor a library's
        self._first: _State = {}
        self._last: _State = {}
        self._by_user: set[_Part] = set()
        self._changed: dict[_Part, None] = {}
        self._files: dict[Path, None] = {}
        for loader in _loaders():
            loader.exec_module = self._telling(loader.exec_module)

    def forget(self) -> None:
        """Begin with another file."""
        self._changed.clear()
        self._files.clear()

    def changes(self) -> Iterator[tuple[str, Location | None]]:
        """What the user's files have left changed, and the line where the text of one of them has it."""
        for what, deed in _described(self._changed):
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
            now = {what: look() for what, look in self._looks.items()}
            if before is None:
                self._first = now
            if before:
                self._by_user.update(_differences(self._last, now))
            if users is None:
                self._changed.update((part, None) for part in _differences(self._first, now) if part in self._by_user)
                self._by_user = set()
            self._last, self._users_turn = now, users
        return before


def process_state() -> _State:
    """What code that is run later in this process may depend on.

    But for handlers, of which Airflow leaves some behind, and for numpy, whose import alone would count.
    """
    return {what: look() for what, (look, _) in _COMPARED.items() if what not in (_HANDLERS, _NUMPY)}


def _loaders() -> Iterator[Any]:
    """The classes in which the loaders of files and of zip archives get their `exec_module`."""
    for loader in (importlib.machinery.SourceFileLoader, importlib.machinery.ExtensionFileLoader):
        yield next(owner for owner in loader.__mro__ if "exec_module" in vars(owner))


def _differences(before: _State, now: _State) -> Iterator[_Part]:
    for what in (what for what in before if before[what] is not now[what] and before[what] != now[what]):
        for part in {**before[what], **now[what]}:
            if before[what].get(part) != now[what].get(part) and _matters(what, part, before[what].get(part)):
                yield what, part


def _matters(what: str, part: Any, value: Any) -> bool:
    """Of a module or class only the public functions and classes that were there, of all else everything."""
    is_public = part in ("__import__", "__init__", "__new__") or not str(part).startswith("_")
    return what not in _OFTEN_PATCHED or (is_public and callable(value))


def _described(changed: Iterable[_Part]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """(what has changed, the deeds in a text that change it) in the words of a finding."""
    parts: dict[str, list[Any]] = defaultdict(list)
    for what, part in changed:
        parts[what].append(part)
    for what, which in parts.items():
        if what in _OFTEN_PATCHED:
            yield from ((f"{what}.{name}", _patching(name)) for name in which)
        elif what == _HANDLERS:
            yield from ((f"the handler of {signal.Signals(number).name}", _DEEDS[what]) for number in which)
        elif what == _ENVIRONMENT:
            more = f" and {len(which) - 3} more" if len(which) > 3 else ""
            yield f"{what} ({', '.join(which[:3])}{more})", _DEEDS[what]
        else:
            yield what, _DEEDS[what]


def _patching(name: str) -> re.Pattern[str]:
    return re.compile(rf"(^|\.){name}=|\b(setattr|delattr|patch|object)\(.*\b{name}\b")


_ENVIRONMENT, _HANDLERS, _NUMPY = "os.environ", "the signal handlers", "the random state of numpy"
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


def _looks() -> dict[str, Callable[[], dict[Any, Any]]]:
    """How to look at each of what is compared; of the modules and classes that people patch, those imported by now."""
    owners = ((name, _owner(name)) for name in _OFTEN_PATCHED)
    looks = {what: look for what, (look, _) in _COMPARED.items()}
    return looks | {name: _Members(owner) for name, owner in owners if owner is not None}


def _owner(name: str) -> Any:
    module, _, member = name.rpartition(".")
    return sys.modules.get(name) or vars(sys.modules.get(module, object)).get(member)


class _Members:
    """What a module has; what a class has, or inherits: a patch may shadow it. Copied only where it is another."""

    def __init__(self, owner: Any) -> None:
        self._homes = [vars(home) for home in (reversed(owner.__mro__) if isinstance(owner, type) else (owner,))]
        self._copies: list[dict[str, Any]] = []
        self._members: dict[str, Any] = {}

    def __call__(self) -> dict[str, Any]:
        if self._copies != self._homes:
            self._copies = [dict(home) for home in self._homes]
            self._members = {name: member for copy in self._copies for name, member in copy.items()}
        return self._members


def _entries(things: Iterable[Any]) -> dict[str, int]:
    """How often each is there."""
    return Counter(map(str, things))


def _only(value: Any) -> dict[str, Any]:
    return {"": value}


_SIGNALS = sorted(number for number in signal.valid_signals() if number < 32)  # the others have no names


def _handlers(getsignal: Callable[[int], Any] = signal.getsignal) -> dict[int, Any]:
    return {number: getsignal(number) for number in _SIGNALS}


def _mask(umask: Callable[[int], int] = os.umask) -> dict[str, int]:
    mask = umask(0)
    umask(mask)
    return _only(mask)


def _folder(getcwd: Callable[[], str] = os.getcwd) -> dict[str, str]:
    try:
        return _only(getcwd())
    except OSError:  # it is gone
        return _only("")


def _random(getstate: Callable[[], Any] = random.getstate) -> dict[str, int]:
    return _only(hash(getstate()))


def _random_of_numpy() -> dict[str, int]:
    """The same of numpy's global generator; nothing where nobody has imported it yet."""
    get_state = getattr(sys.modules.get("numpy.random"), "get_state", None)
    state = get_state(legacy=False) if callable(get_state) else {}
    inner = state.get("state") or {}
    return _only(hash((inner["key"].tobytes(), inner.get("pos")))) if "key" in inner else {}


_CONFIGURES = r"\b(basicConfig|dictConfig|fileConfig)\("
# Each with the deeds, as `line_of_deed` writes them, that change it. The functions asked are those of before any patch.
_COMPARED: dict[str, tuple[Callable[[], dict[Any, Any]], str]] = {
    _ENVIRONMENT: (
        lambda: dict(os.environ),
        r"\benviron\b.*=$|\benviron\.(update|setdefault|pop|clear)\(|\bputenv\(|\bload_dotenv\(",
    ),
    "the working directory": (_folder, r"\bf?chdir\("),
    "sys.path": (
        lambda: _entries(sys.path),
        r"\bsys\.path\b.*=$|\bpath\.(insert|append|extend|remove|pop|clear)\(|\baddsitedir\(",
    ),
    "the level of the root logger": (lambda: _only(logging.root.level), rf"\.setLevel\(|\.level=$|{_CONFIGURES}"),
    "the handlers of the root logger": (
        lambda: _entries(map(id, logging.root.handlers)),
        rf"\.(add|remove)Handler\(|\bhandlers\b|{_CONFIGURES}",
    ),
    "the level that all logging is disabled at": (lambda: _only(logging.root.manager.disable), r"\bdisable\("),
    "the random state": (_random, r"\brandom\.\w+\(|^(seed|shuffle|choice|choices|randint|randrange|sample|uniform)\("),
    _NUMPY: (_random_of_numpy, r"\brandom\.\w+\(|^(seed|shuffle|choice|normal|rand|randn|randint|uniform)\("),
    "the warnings filters": (
        lambda: _entries(warnings.filters),
        r"\b(simplefilter|filterwarnings|resetwarnings)\(|\bfilters\b",
    ),
    "the umask": (_mask, r"\bumask\("),
    "the recursion limit": (lambda: _only(sys.getrecursionlimit()), r"\bsetrecursionlimit\("),
    _HANDLERS: (_handlers, r"(^|\.)signal\("),
}
_DEEDS = {what: re.compile(deeds) for what, (_, deeds) in _COMPARED.items()}
