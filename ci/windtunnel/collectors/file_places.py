"""Where a file lies that a task uses, and what it holds."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG
from urllib.parse import unquote

from windtunnel.collectors.failures import is_users

_MOST_BYTES = 1 << 16  # of a file that is compared; a larger one is told by its beginning and its size
_PATH = re.compile(r"(?<![\w.])/[^\s\"'&,;{}]+")
_DECLARES_CODE = ("PYTHON", "AIRFLOW__", "WINDTUNNEL", "PATH", "PWD", "OLDPWD", "GIT_")


def print_of(path: str) -> str:
    """What stands for the content of a file; "" for one that is empty, and for what is no file."""
    try:
        with Path(path).open("rb") as file:
            seen = os.fstat(file.fileno())
            if not S_ISREG(seen.st_mode) or not seen.st_size:
                return ""
            return f"{seen.st_size} {hashlib.blake2b(file.read(_MOST_BYTES), digest_size=16).hexdigest()}"
    except OSError:
        return ""


def is_unread(path: str) -> bool:
    """Whether nobody has read the file since it was written, as far as the file system can tell."""
    try:
        seen = Path(path).stat()
    except OSError:
        return False
    return seen.st_atime_ns <= seen.st_mtime_ns


def is_inside(path: str, root: Path) -> bool:
    """Whether a file lies among those of the repository, and not at a place that the environment names."""
    if not is_users(path, root) or any(part.startswith(".") for part in Path(path).relative_to(root).parts):
        return False
    return "__pycache__" not in path and not any(_holds(place, path, root) for place in _declared())


def _declared() -> Iterator[str]:
    """Values of the environment, and the paths in its connections."""
    for name, value in os.environ.items():
        if name.startswith("AIRFLOW_CONN_"):
            yield from _PATH.findall(unquote(value))
        elif not name.startswith(_DECLARES_CODE):
            yield value.removeprefix("file://")


def _holds(place: str, path: str, root: Path) -> bool:
    folder = place.rstrip("/")
    return folder.startswith(f"{root}/") and (path == folder or path.startswith(f"{folder}/"))
