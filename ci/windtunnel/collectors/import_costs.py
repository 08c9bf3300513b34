"""What the import of each package has cost in this process or its template, and who else pays that when it imports it.

A DAG file that imports pandas takes no time for it in a child whose template, or whose file before, has imported it;
under Airflow it does. So what was there before is added for what a file really imports.
"""

from __future__ import annotations

import builtins
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from windtunnel.collectors.own_time import own_time

Result = TypeVar("Result")

_NAMESPACES = ("airflow.providers",)


class ImportCosts:
    """Seconds for each package without those for what it imports in its turn, and what it imports."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._imports: defaultdict[str, set[str]] = defaultdict(set)
        self._wanted: set[str] = set()
        self._nested = 0.0

    def measured(self, work: Callable[[], Result]) -> tuple[Result, float]:
        """What `work` returns, and its seconds with those that its imports would have taken in a new process."""
        before = dict(self._seconds)
        self._wanted = set()
        importing = builtins.__import__
        builtins.__import__ = self._watching(importing)
        clock = own_time()
        started = clock()
        try:
            result = work()
        finally:
            seconds = clock() - started
            builtins.__import__ = importing
        return result, seconds + sum(before.get(package, 0.0) for package in self._needed())

    def _needed(self) -> set[str]:
        needed: set[str] = set()
        waiting = list(self._wanted)
        while waiting:
            package = waiting.pop()
            if package not in needed:
                needed.add(package)
                waiting += self._imports[package]
        return needed

    def _watching(self, importing: Callable[..., Any]) -> Callable[..., Any]:
        thread = threading.get_ident()

        def watching(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
            if threading.get_ident() != thread:
                return importing(name, globals, locals, fromlist, level)
            by = _package(str((globals or {}).get("__name__") or ""))
            package = by if level else _package(name)
            self._wanted.add(package)
            self._imports[by].add(package)
            outer, self._nested = self._nested, 0.0
            started = time.perf_counter()
            try:
                return importing(name, globals, locals, fromlist, level)
            finally:
                seconds = time.perf_counter() - started
                self._seconds[package] += seconds - self._nested
                self._nested = outer + seconds

        # In a traceback it counts as a part of Python's machinery, wherever windtunnel itself lies.
        watching.__code__ = watching.__code__.replace(co_filename="<frozen importlib._bootstrap>")
        return watching


IMPORT_COSTS = ImportCosts()
"""Of this process: a template fills it while it warms up, and its children inherit what it has learned."""


@cache
def _package(name: str) -> str:
    """The package that a module belongs to, as people install it."""
    parts = 3 if name.startswith(_NAMESPACES) else 1
    return ".".join(name.split(".")[:parts])
