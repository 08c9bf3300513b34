"""The files below a DAG folder that Airflow looks at: what no .airflowignore hides, walked as Airflow 3.3 walks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.errors import UsageError

_NAME = ".airflowignore"


def files_of(folder: Path, skip: Callable[[Path], bool] = lambda _: False) -> Iterator[Path]:
    """The files, along links too, without the folders that `skip` is true of.

    Source: airflow/_shared/module_loading/file_discovery.py. A UsageError where links lead to one folder twice, at
    which Airflow gives the whole DAG folder up.
    """
    inherited: dict[Path, tuple[_Rule, ...]] = {}
    for here, names, files in os.walk(folder, followlinks=True):
        place = Path(here)
        rules = inherited.get(place.resolve(), ()) + tuple(_rules(place))
        names[:] = sorted(n for n in names if not _hides(rules, place / n) and not skip(place / n))
        for target in [(place / name).resolve() for name in names]:
            if target in inherited:
                raise UsageError(
                    f"{folder}: more than one way leads to {target}, and Airflow reads no such DAG folder; "
                    f"remove a link, or name it in {_NAME}"
                )
            inherited[target] = rules
        yield from (place / name for name in sorted(files) if name != _NAME and not _hides(rules, place / name))


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line, which is written like a line of a .gitignore; anchored ones count from `relative_to`."""

    pattern: Any
    relative_to: Path | None
    folders_only: bool

    def speaks_of(self, path: Path, is_folder: bool) -> bool:
        if self.folders_only and not is_folder:
            return False
        shown = path.relative_to(self.relative_to).as_posix() if self.relative_to else path.name
        return self.pattern.match_file(shown + "/" * is_folder) is not None


def _hides(rules: tuple[_Rule, ...], path: Path) -> bool:
    """What the last rule that speaks of the path says."""
    is_folder = bool(rules) and path.is_dir()
    return next((rule.pattern.include for rule in reversed(rules) if rule.speaks_of(path, is_folder)), False)


def _rules(folder: Path) -> Iterator[_Rule]:
    file = folder / _NAME
    if not file.is_file():
        return
    pattern_class = _pattern_class()
    for raw in file.read_text(encoding="utf-8", errors="replace").split("\n"):
        line = re.sub(r"\s*#.*", "", raw)
        pattern = pattern_class(line) if line.strip() not in ("", "/") else None
        if pattern is not None and pattern.include is not None:
            anchored = line.startswith("/") or "/" in line.rstrip("/")
            yield _Rule(pattern, folder if anchored else None, line.rstrip().endswith("/"))


def _pattern_class() -> Any:
    try:
        from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern
    except ImportError:  # pathspec before 1.0
        from pathspec.patterns.gitwildmatch import GitWildMatchPattern

        return GitWildMatchPattern
    return GitIgnoreSpecPattern
