"""The import statements of a function or a file, sorted and grouped as isort does it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from keyword import iskeyword

_ALIASES = {"pandas": "import pandas as pd", "numpy": "import numpy as np"}
_NAMES = {
    "pathlib.Path": ("pathlib", "Path"),
    "datetime.date": ("datetime", "date"),
    "hamilton.driver": ("hamilton", "driver"),
}
_TAKEN = {"airflow", "context", "dag", "date", "datetime", "dr", "driver", "folder", "given", "hamilton", "io", "json"}
_TAKEN |= {"np", "os", "params", "pathlib", "pd", "pickle", "results", "root", "run", "run_folder", "task", "tempfile"}
_TAKEN |= {"timedelta", "timezone"}


def own_names(modules: Sequence[str]) -> dict[str, str]:
    """The name under which a task knows each of the user's modules: the last of its own, where nothing else has it."""
    found: dict[str, str] = {}
    for module in modules:
        name = module.rpartition(".")[2]
        if name in _TAKEN or name in found.values():
            name = module.replace(".", "_")
        found[module] = name if name not in _TAKEN else f"{name}_module"
    return found


def statements(libraries: Iterable[str], own: dict[str, str] | None = None) -> list[str]:
    """The lines that import the libraries, and the user's modules under their names; standard library first."""
    plain: list[str] = []
    others: list[str] = []
    for library in sorted(set(libraries)):
        is_standard = library.partition(".")[0] in sys.stdlib_module_names
        (plain if is_standard else others).append(_statement(library))
    groups = [_sorted(plain), _sorted(others), _sorted(_own(own or {}))]
    lines: list[str] = []
    for group in filter(None, groups):
        lines += ["", *group] if lines else group
    return lines


def _statement(library: str) -> str:
    if library in _NAMES:
        module, name = _NAMES[library]
        return f"from {module} import {name}"
    return _ALIASES.get(library, f"import {library}")


def _own(names: dict[str, str]) -> list[str]:
    by_package: dict[str, list[str]] = {}
    lines = []
    for module, name in names.items():
        package, _, last = module.rpartition(".")
        asked = last if last == name else f"{last} as {name}"
        if package:
            by_package.setdefault(package, []).append(asked)
        else:
            lines.append(f"import {asked}")
    return lines + [f"from {package} import {', '.join(sorted(asked))}" for package, asked in by_package.items()]


def _sorted(lines: Iterable[str]) -> list[str]:
    return sorted(lines, key=lambda line: (line.startswith("from"), line))


def identifier(text: str, default: str = "dataflow") -> str:
    """The text as the name of a Python function."""
    name = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in text).strip("_")
    if not name or name[0].isdigit() or iskeyword(name):
        name = f"{default}_{name}".rstrip("_")
    return name
