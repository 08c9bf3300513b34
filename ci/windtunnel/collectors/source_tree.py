"""Which of the files that tasks have written lie among the source of the repository."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from windtunnel.facts import FileUseFacts

_SECONDS = 5.0  # more than git has ever taken to look into its own rules


def without_ignored(uses: Sequence[FileUseFacts], root: Path) -> tuple[FileUseFacts, ...]:
    """The uses, with no file called `inside` the repository that git is told to ignore: its place is known."""
    inside = {use.path for use in uses if use.inside}
    ignored = _ignored(inside, root) if inside else frozenset[str]()
    return tuple(replace(use, inside=False) if use.path in ignored else use for use in uses)


def _ignored(paths: Collection[str], root: Path) -> frozenset[str]:
    # whoever owns the folder: nothing of it is run
    command = ["git", "-c", "safe.directory=*", "check-ignore", "--no-index", "-z", "--stdin"]
    asked = "\0".join(sorted(paths))
    try:
        told = subprocess.run(
            command, cwd=root, input=asked, capture_output=True, timeout=_SECONDS, text=True, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(told.stdout.split("\0")) - {""}
