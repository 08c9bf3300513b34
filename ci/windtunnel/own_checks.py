"""The checks that a team has written: found by the paths in the settings, and by entry points of what is installed."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import pkgutil
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType

from windtunnel.checks import SHIPPED, Check, catalogue, checks_of
from windtunnel.collectors.failures import relative
from windtunnel.errors import UsageError
from windtunnel.plan import SUBJECTS
from windtunnel.settings import Settings

GROUP = "windtunnel.checks"
"""The group of entry points by which an installed package brings checks: each names a package, a module or a check."""
_LEAVE_OUT = "mend it, or take it out of `checks`"


def own_checks(settings: Settings) -> tuple[Check, ...]:
    """Each of them, by code. UsageError for one that cannot be loaded, or that is not told apart from another."""
    loaded = {check.judge: check for check in (*_by_entry_points(), *_by_paths(settings))}
    checks = sorted(loaded.values(), key=lambda check: check.code)
    known = {word: "a check of windtunnel's" for check in catalogue() for word in (check.code, check.name)}
    for check in checks:
        where = place_of(check, settings.root)
        _insist(check, where)
        for word in (check.code, check.name):
            if word in known:
                raise UsageError(f"{where}: {word!r} means {known[word]} already; choose another")
            known[word] = where
    return tuple(checks)


def place_of(check: Check, root: Path) -> str:
    """Where the function of a check stands."""
    code = inspect.unwrap(check.judge).__code__
    return f"{relative(code.co_filename, root)}:{code.co_firstlineno}"


def file_of(check: Check) -> Path:
    """The file that a check is written in."""
    return Path(inspect.unwrap(check.judge).__code__.co_filename)


def _insist(check: Check, where: str) -> None:
    if check.is_shipped:
        raise UsageError(f"{where}: {check.code}: codes in {SHIPPED} are windtunnel's own; choose other letters")
    if check.on not in SUBJECTS:
        kinds = ", ".join(sorted(kind.__name__ for kind in SUBJECTS))
        raise UsageError(f"{where}: {check.code}: no subject is of on={check.on.__name__}; use one of {kinds}")
    for name, files in (("FAILING", check.failing), ("PASSING", check.passing)):
        if not files:
            raise UsageError(f"{where}: {check.code}: {name} is empty; give an example")


def _by_paths(settings: Settings) -> Iterator[Check]:
    for written in settings.checks:
        path = Path(os.path.normpath(settings.root / written))
        if not path.exists():
            raise UsageError(f"checks: {written}: no such file or folder")
        files = [path] if path.is_file() else list(_files(path))
        if not files:
            raise UsageError(f"checks: {written}: no check in this folder; write one, or take it out of `checks`")
        for file in files:
            yield _check_in_file(file, path if path.is_dir() else path.parent, settings.root)


def _files(folder: Path) -> Iterator[Path]:
    """The files of checks in a folder: neither what `_` marks as something for several of them, nor their tests."""
    for file in sorted(folder.rglob("*.py")):
        helps = any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)
        if not helps and not file.name.startswith("test_") and file.name != "conftest.py":
            yield file


def _check_in_file(file: Path, home: Path, root: Path) -> Check:
    shown = relative(file, root)
    if file.suffix != ".py" or "." in file.stem:
        raise UsageError(f"checks: {shown}: no module of Python; checks stand in files called NAME.py")
    name = ".".join((_package(home), *file.relative_to(home).with_suffix("").parts))
    with _told(shown, file), _no_bytecode():
        importlib.invalidate_caches()
        module = importlib.import_module(name)
    return _check_of(module, shown)


def _package(home: Path) -> str:
    """A package that the folder is known by, so that nothing has to be put on the path, and `from ._shared` works."""
    name = f"windtunnel_own_checks_{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(home)]
        sys.modules[name] = package
    return name


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """The owner's folder is left as it is."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


@cache
def _by_entry_points() -> tuple[Check, ...]:
    points = sorted(metadata.entry_points(group=GROUP), key=lambda point: (point.name, point.value))
    return tuple(check for point in points for check in _at(point))


def _at(point: metadata.EntryPoint) -> Iterable[Check]:
    shown = f"entry point {point.name} = {point.value!r} of {point.dist.name if point.dist else GROUP}"
    with _told(shown):
        found = point.load()
    if isinstance(found, Check):
        return [found]
    if not isinstance(found, ModuleType):
        raise UsageError(f"{shown}: neither a package, nor a module, nor a check; name one of these")
    return [_check_of(module, shown) for module in _modules(found, shown)]


def _modules(found: ModuleType, shown: str) -> Iterator[ModuleType]:
    if not hasattr(found, "__path__"):
        yield found
        return
    for info in pkgutil.iter_modules(found.__path__, f"{found.__name__}."):
        if not info.name.rpartition(".")[2].startswith("_"):
            with _told(shown):
                module = importlib.import_module(info.name)
            yield from _modules(module, shown)


def _check_of(module: ModuleType, shown: str) -> Check:
    shown = shown if module.__file__ is None or shown.endswith(".py") else f"{shown}: {module.__file__}"
    made = checks_of(module)
    if not made:
        raise UsageError(f"{shown}: no check in it; write one with @check, or begin its name with _ if it only helps")
    if len(made) > 1:
        codes = " and ".join(check.code for check in made)
        raise UsageError(f"{shown}: {codes} in one file; each check stands in a file of its own, which explains it")
    return made[0]


@contextmanager
def _told(shown: str, file: Path | None = None) -> Iterator[None]:
    """A check that cannot be loaded stops the run: whatever is raised is a UsageError, which says where."""
    try:
        yield
    except (Exception, SystemExit) as error:
        line = _line_in(error, file) if file else 0
        where = f"{shown}:{line}" if line else shown
        if isinstance(error, UsageError):  # by `check`, which says the way out
            raise UsageError(f"{where}: {error}") from error
        what = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
        raise UsageError(f"{where}: cannot be imported: {what}; {_LEAVE_OUT}") from error


def _line_in(error: BaseException, file: Path) -> int:
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno or 1
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    return lines[-1] or 1 if lines else 0
