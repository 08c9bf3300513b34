"""The owner's own Python files, told from those of environments, caches, tests and tools."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

DAG_FOLDER = "dags"
_FOREIGN = {"node_modules", "site-packages", "dist-packages", "__pycache__", "build", "dist"}
TESTS = {"test", "tests"}


def own_folders(base: Path) -> tuple[Path, ...]:
    """`base` and the folders below it that hold the owner's code; of links only those that are called dags."""
    folders: list[Path] = []
    for place, names, _ in os.walk(base):
        links = [Path(place, name) for name in names if name == DAG_FOLDER and Path(place, name).is_symlink()]
        names[:] = sorted(name for name in names if not is_foreign(Path(place, name)))
        folders += [Path(place), *links]
    return tuple(folders)


def own_python_files(base: Path) -> Iterator[Path]:
    """The Python files in them."""
    return (file for folder in own_folders(base) for file in sorted(folder.glob("*.py")))


def is_foreign(folder: Path) -> bool:
    """Whether a folder is one of tests, environments, caches, hidden, or a link to somewhere."""
    foreign = folder.name in _FOREIGN | TESTS or folder.name.startswith(".") or folder.is_symlink()
    return foreign or (folder / "pyvenv.cfg").is_file()
