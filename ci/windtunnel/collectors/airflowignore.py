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
    return (path for path, hider in _walked(folder, skip) if hider is None)


def hidden_in(folder: Path) -> Iterator[tuple[Path, IgnoreRule]]:
    """The files and folders that are hidden, each with the rule that hides it; nothing of what lies in those."""
    return ((path, hider) for path, hider in _walked(folder, lambda _: False) if hider is not None)


def _walked(folder: Path, skip: Callable[[Path], bool]) -> Iterator[tuple[Path, IgnoreRule | None]]:
    """Every file that is seen, and every file and folder that a rule hides, with that rule."""
    inherited: dict[Path, tuple[IgnoreRule, ...]] = {}
    for here, names, files in os.walk(folder, followlinks=True):
        place = Path(here)
        rules = inherited.get(place.resolve(), ()) + tuple(_rules(place))
        hiders = {name: _hider(rules, place / name) for name in names}
        names[:] = sorted(name for name in names if hiders[name] is None and not skip(place / name))
        for target in [(place / name).resolve() for name in names]:
            if target in inherited:
                raise UsageError(
                    f"{folder}: more than one way leads to {target}, and Airflow reads no such DAG folder; "
                    f"remove a link, or name it in {_NAME}"
                )
            inherited[target] = rules
        yield from ((place / name, hider) for name, hider in hiders.items() if hider is not None)
        yield from ((place / name, _hider(rules, place / name)) for name in sorted(files) if name != _NAME)


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line of an .airflowignore, which is written like a line of a .gitignore.

    `text` stands in `file` at `line`; anchored rules count from `relative_to`.
    """

    pattern: Any
    relative_to: Path | None
    folders_only: bool
    text: str
    file: Path
    line: int

    def speaks_of(self, path: Path, is_folder: bool) -> bool:
        """Whether the pattern matches the path."""
        if self.folders_only and not is_folder:
            return False
        shown = path.relative_to(self.relative_to).as_posix() if self.relative_to else path.name
        return self.pattern.match_file(shown + "/" * is_folder) is not None

    def cuts_a_word_of(self, path: Path) -> bool:
        """Whether a `*` of the pattern stands for the beginning of a word in the name: `*test*` in `latest.py`.

        Who writes `draft*` hides drafts, who writes a name in full means it; but nobody thinks of every word that ends
        as another one begins.
        """
        parts = re.split(r"\*+", self.text.rstrip("/").rpartition("/")[2])
        found = re.fullmatch("(.*)".join(map(re.escape, parts)), path.name) if len(parts) > 1 else None
        ends = [] if found is None else [found.end(number) for number in range(1, len(parts))]
        return any(path.name[end - 1 : end].isalpha() and path.name[end:][:1].islower() for end in ends)


def _hider(rules: tuple[IgnoreRule, ...], path: Path) -> IgnoreRule | None:
    """The last rule that speaks of the path, if it hides it."""
    is_folder = bool(rules) and path.is_dir()
    last = next((rule for rule in reversed(rules) if rule.speaks_of(path, is_folder)), None)
    return last if last is not None and last.pattern.include else None


def _rules(folder: Path) -> Iterator[IgnoreRule]:
    file = folder / _NAME
    if not file.is_file():
        return
    pattern_class = _pattern_class()
    for number, raw in enumerate(file.read_text(encoding="utf-8", errors="replace").split("\n"), 1):
        line = re.sub(r"\s*#.*", "", raw)
        pattern = pattern_class(line) if line.strip() not in ("", "/") else None
        if pattern is not None and pattern.include is not None:
            anchored = line.startswith("/") or "/" in line.rstrip("/")
            home = folder if anchored else None
            yield IgnoreRule(pattern, home, line.rstrip().endswith("/"), line.strip(), file, number)


def _pattern_class() -> Any:
    try:
        from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern
    except ImportError:  # pathspec before 1.0
        from pathspec.patterns.gitwildmatch import GitWildMatchPattern

        return GitWildMatchPattern
    return GitIgnoreSpecPattern
