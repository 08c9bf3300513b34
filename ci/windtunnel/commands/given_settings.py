"""The settings that a command is given: by its own words, by pyproject.toml, by default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from windtunnel.errors import UsageError
from windtunnel.settings import Settings, options
from windtunnel.settings_file import read_pyproject


def settings_for(paths: tuple[Path, ...], given: dict[str, Any]) -> Settings:
    """The settings of a run from here: the command line before pyproject.toml before the defaults."""
    from windtunnel.collectors.discovery import find_root

    here = Path.cwd()
    absolute = tuple(existing(here, path, "") for path in paths)
    root = find_root(here, absolute)
    known = {option.name: option for option in options()}
    chosen = {name: known[name].read(value, known[name].flag) for name, value in said(given).items()}
    # These are said from where the user stands, in pyproject.toml from the root.
    for name in {"checks", "dags", "modules"} & chosen.keys():
        chosen[name] = tuple(str(existing(here, path, f"{known[name].flag}: ")) for path in chosen[name])
    for name in {"env_file", "fixtures"} & chosen.keys():
        chosen[name] = str(existing(here, chosen[name], f"{known[name].flag}: "))
    return replace(Settings(root, absolute), **{**read_pyproject(root), **chosen})


def said(given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a command's options that were given."""
    return {name: value for name, value in given.items() if value not in (None, ())}


def existing(here: Path, path: str | Path, where: str) -> Path:
    found = Path(os.path.normpath(here / path))  # not resolved: a link in the repository belongs to the repository
    if not found.exists():
        raise UsageError(f"{where}{path}: no such file or folder")
    return found
