"""What settings are made of: what their doors need to know of each, and values that differ from DAG to DAG."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windtunnel.errors import UsageError
from windtunnel.setting_values import Refusal, yes_or_no


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as its doors need it: `parse` turns any accepted value into the field's, or raises ValueError.

    `expects` completes the sentence "expected …" in the error for a value that `parse` refuses. A `switch` takes no
    value on the command line. What concerns the `report` alone is no option of pytest's, which reports in its own way.
    One that is `budgeted` can have another value for some DAGs, one that is `repeated` may be given several times; one
    that stands `in_file` only is no option anywhere, one that is `asked` for at the command line is no key of the file.
    """

    name: str
    help: str
    parse: Callable[[Any], Any]
    expects: str
    metavar: str
    choices: tuple[str, ...] = ()
    short: str = ""
    switch: bool = False
    report: bool = False
    budgeted: bool = False
    in_file: bool = False
    asked: bool = False
    repeated: bool = False

    @property
    def key(self) -> str:
        """The option's name in pyproject.toml."""
        return self.name.replace("_", "-")

    @property
    def flag(self) -> str:
        """The option's name on the command line."""
        return f"--{self.key}"

    def read(self, value: object, where: str) -> Any:
        """The setting that `value` means; a UsageError that starts with `where` if it means none."""
        try:
            return self.parse(value)
        except (ValueError, TypeError, OverflowError) as error:
            reason = f" ({error})" if isinstance(error, Refusal) else ""
            raise UsageError(f"{where}: expected {self.expects}, not {value!r}{reason}") from error


@dataclass(frozen=True, slots=True)
class Budget:
    """Settings for some DAGs: those whose dag_id, one of whose tags, or whose path (`of`) matches the glob `pattern`.

    `values` are (name of the setting, value). `*` in a glob stands for anything, slashes too.
    """

    of: str
    pattern: str
    values: tuple[tuple[str, Any], ...]

    def get(self, name: str) -> Any:
        """The value that it gives to a setting; None where it gives none."""
        return dict(self.values).get(name)


BUDGET_OF = ("dag", "tag", "path")
"""What a budget can be given to, the most specific first."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The value of a setting for one DAG; `origin` names the budget that it comes from, for the end of a sentence."""

    value: Any
    origin: str = ""


def setting(default: Any, help: str, parse: Callable[[Any], Any], expects: str, metavar: str = "", **more: Any) -> Any:
    declared = {"help": help, "parse": parse, "expects": expects, "metavar": metavar, **more}
    if callable(default):
        return field(default_factory=default, metadata=declared)
    return field(default=default, metadata=declared)


def switch(help: str, **more: Any) -> Any:
    return setting(False, help, yes_or_no, "true or false", switch=True, report=True, **more)


def default_jobs() -> int:
    return os.cpu_count() or 1


def default_max_memory() -> int:
    """Each processor's share of four fifths of the memory, and enough for work on tables in any case; in MiB."""
    return max(2048, int(_memory() * 0.8) // (os.cpu_count() or 1) >> 20)


def _memory() -> int:
    """The memory of this machine in bytes, or of the container that this process is confined to."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(physical, int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    except (OSError, ValueError):  # no container, or one without a limit
        return physical
