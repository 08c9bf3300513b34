"""What a Hamilton module does while it is imported, beside defining functions: in the child that imports it."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.import_profile import Sampler
from windtunnel.collectors.imports import ImportWatch
from windtunnel.collectors.writes import users_line
from windtunnel.facts import DriverUseFacts, ModuleImportFacts
from windtunnel.findings import Location

_DATA = re.compile(
    r"\.(csv|tsv|psv|parquet|feather|arrow|orc|avro|xlsx?|ods|pkl|pickle|joblib|np[yz]|h5|hdf5?|jsonl|ndjson|dta|"
    r"sas7bdat|sav|db|sqlite3?|duckdb)(\.(gz|bz2|xz|zst|zip))?$",
    re.IGNORECASE,
)
_MUCH = 1 << 20  # bytes: what is larger is data, whatever its name
_MACHINERY = re.compile(r"\.(py[cdoi]?|so|zip|whl|egg|pth)$")
_USES = {"__init__": False, "execute": True, "raw_execute": True, "materialize": True}


class ModuleWatch:
    """Hooks into this process, for its life; what is seen between `start` and `stop` is told. `own` is its folder."""

    def __init__(self, root: Path, own: Path) -> None:
        self._root = root
        self._effects = ImportWatch(root, own, metadata=False)
        self._reads: dict[tuple[str, Location], None] = {}
        self._drivers: dict[DriverUseFacts, None] = {}
        self._is_on = False
        self._installed = tuple({os.path.realpath(prefix) + os.sep for prefix in (sys.prefix, sys.base_prefix)})
        self._main = threading.get_ident()
        self._sampler = Sampler(root, libraries=False)
        self._drivers_told = contextlib.ExitStack()
        sys.addaudithook(self._audit)

    @property
    def refused(self) -> list[str]:
        """The files that the import wanted to change, and was not let."""
        return self._effects.refused

    def start(self) -> None:
        """Watch from now on; until `stop`, nobody may change files outside this process's own folder."""
        self._sampler.start()
        self._drivers_told.enter_context(_told_of_drivers(self._note_driver))
        self._effects.start()
        self._is_on = True

    def stop(self) -> ModuleImportFacts:
        """What was seen."""
        self._is_on = False
        effects = self._effects.stop()
        self._effects.allow_writes()
        self._drivers_told.close()
        lines = self._sampler.stop()
        return ModuleImportFacts(effects, self._sampler.seconds, lines, tuple(self._drivers), tuple(self._reads))

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or not self._is_on or threading.get_ident() != self._main:
            return
        path, _, flags = arguments
        if isinstance(path, str) and isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_RDWR):
            self._is_on = False  # what we do here is not the user's
            try:
                self._note(path, sys._getframe(1))  # noqa: SLF001  the documented way to a frame
            finally:
                self._is_on = True

    def _note(self, path: str, frame: FrameType) -> None:
        location = users_line(frame, self._root)
        real = os.path.realpath(path)
        if location and self._is_data(real):
            self._reads[relative(real, self._root), location] = None

    def _is_data(self, path: str) -> bool:
        is_installed = path.startswith(self._installed) and not is_users(path, self._root)
        if is_installed or path.startswith(("/proc/", "/sys/", "/dev/")) or not os.path.isfile(path):  # noqa: PTH113
            return False
        is_much = os.path.getsize(path) > _MUCH and not _MACHINERY.search(path)  # noqa: PTH202
        return bool(_DATA.search(path)) or is_much

    def _note_driver(self, executes: bool, frame: FrameType) -> None:
        location = users_line(frame, self._root)
        if location and self._is_on:
            self._drivers[DriverUseFacts(location, executes)] = None


@contextlib.contextmanager
def _told_of_drivers(tell: Callable[[bool, FrameType], None]) -> Iterator[None]:
    """Call `tell(whether it executes, the frame that called)` for whatever somebody does with a driver."""
    from hamilton.driver import Driver

    plain = {name: getattr(Driver, name) for name in _USES}
    for name, executes in _USES.items():
        setattr(Driver, name, _telling(plain[name], executes, tell))
    try:
        yield
    finally:
        for name, method in plain.items():
            setattr(Driver, name, method)


def _telling(method: Callable[..., Any], executes: bool, tell: Callable[[bool, FrameType], None]) -> Callable[..., Any]:
    @functools.wraps(method)
    def telling(*arguments: Any, **options: Any) -> Any:
        tell(executes, sys._getframe(1))  # noqa: SLF001  the documented way to a frame
        return method(*arguments, **options)

    return telling
