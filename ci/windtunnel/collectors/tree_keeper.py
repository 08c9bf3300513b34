"""What tasks do to the files of the repository is undone when their run has ended: the user's own tree is not ours."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

from windtunnel.collectors.failures import is_users
from windtunnel.collectors.writes import changes_of

KEPT_TREE = "tree"
"""The folder of the child in which it keeps what it will put back."""
_MOST_BYTES = 64 << 20  # of a file that is put back; whoever overwrites a larger one means it
_ORDER = {"absent": 0, "folder": 1, "link": 2, "file": 2}  # what must be gone, or be there, before the rest


class TreeKeeper:
    """From `begin` on it keeps what lies below the `root`, in this process and all that are forked from it.

    Audit hooks see what goes through Python: what a library writes in C, or a program that a task starts, stays. `own`
    is the folder of the child, where copies are kept.
    """

    def __init__(self, root: Path, own: Path) -> None:
        self._root, self._kept, self._here = root, own / KEPT_TREE, own.parent
        self._journal = self._kept / "journal"
        self._is_on = False
        self._seen: set[str] = set()
        self._in_hook: set[int] = set()
        sys.addaudithook(self._audit)

    def begin(self) -> None:
        """Tasks are about to run."""
        self._kept.mkdir(exist_ok=True)
        self._is_on = True

    def put_back(self) -> None:
        """All is as it was before the first change."""
        self._is_on = False
        if not self._journal.exists():
            return
        known: dict[str, tuple[str, str]] = {}
        for line in self._journal.read_text(encoding="utf-8").splitlines():
            path, *was = json.loads(line)
            known.setdefault(path, (was[0], was[1]))
        for path in sorted(known, key=lambda path: (_ORDER[known[path][0]], -len(path))):
            with contextlib.suppress(OSError):  # somebody else has been there too
                _put_back(path, *known[path])

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._is_on or (here := threading.get_ident()) in self._in_hook:
            return
        self._in_hook.add(here)  # what we do here is not the user's
        try:  # a name that the system does not take is the task's own trouble
            with contextlib.suppress(OSError, ValueError, TypeError):
                for _, path in changes_of(event, arguments):
                    self._keep(path)
        finally:
            self._in_hook.discard(here)

    def _keep(self, path: str) -> None:
        if path in self._seen or not is_users(path, self._root) or Path(path).is_relative_to(self._here):
            return
        self._seen.add(path)
        file = Path(path)
        if not os.path.lexists(path):
            self._note(path, "absent", "")
        elif file.is_symlink():
            self._note(path, "link", str(file.readlink()))
        elif file.is_dir():
            self._note(path, "folder", "")
        elif file.is_file() and file.stat().st_size <= _MOST_BYTES:
            copy = self._kept / f"{os.getpid()}-{len(self._seen)}"
            shutil.copy2(path, copy)
            self._note(path, "file", str(copy))

    def _note(self, *what: str) -> None:
        with self._journal.open("a", encoding="utf-8") as journal:  # one line at a time, from several processes
            journal.write(json.dumps(what) + "\n")


def _put_back(path: str, kind: str, known: str) -> None:
    file = Path(path)
    if kind == "folder":
        file.mkdir(parents=True, exist_ok=True)
    elif kind == "file":
        shutil.copy2(known, path)
    elif file.is_dir() and not file.is_symlink():
        file.rmdir()
    else:
        file.unlink(missing_ok=True)
    if kind == "link":
        file.symlink_to(known)
