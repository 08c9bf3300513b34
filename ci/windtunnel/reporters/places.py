"""Where the paths of a report lie for those who see the whole checkout: the repository may be a folder in it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from windtunnel.report import Report


def in_checkout(report: Report, path: str) -> str:
    """The path of a finding from the top of the checkout; an absolute one stays as it is."""
    return path if PurePosixPath(path).is_absolute() else (PurePosixPath(_prefix(report.root)) / path).as_posix()


def _prefix(root: Path) -> str:
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    return root.relative_to(top).as_posix()
