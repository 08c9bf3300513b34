"""Which installed packages the user's modules import, with their versions: what an environment of theirs must have."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType

# What the tasks of a scaffolded DAG import themselves, and what pandas stores tables by.
_ALWAYS = ("hamilton", "pandas", "pyarrow")


def used_packages(modules: Iterable[ModuleType], root: Path) -> tuple[tuple[str, str], ...]:
    """(name as it is imported, requirement) for each package that the modules or those of `root` behind them import."""
    named = {*_ALWAYS, *_imported(modules, root)}
    distributions = metadata.packages_distributions()
    found = {name: min(distributions[name]) for name in sorted(named) if name in distributions}
    return tuple((name, f"{made_by}=={metadata.version(made_by)}") for name, made_by in found.items())


def _imported(modules: Iterable[ModuleType], root: Path) -> Iterator[str]:
    waiting, seen = [*modules], set()
    while waiting:
        module = waiting.pop()
        if module.__name__ in seen:
            continue
        seen.add(module.__name__)
        for name in _imports_of(Path(str(module.__file__))):
            own = sys.modules.get(name)
            if own is not None and _is_below(own, root):
                waiting.append(own)
            elif name.partition(".")[0] not in sys.stdlib_module_names:
                yield name.partition(".")[0]


def _imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _is_below(module: ModuleType, root: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(root) and "site-packages" not in Path(file).parts
