"""The settings that a repository's pyproject.toml gives."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from windtunnel.errors import UsageError, unknown
from windtunnel.settings import TABLE, options


def read_pyproject(root: Path) -> dict[str, Any]:
    """The fields of Settings that `root`/pyproject.toml gives; a UsageError for a key or a value that means nothing."""
    known = {option.key: option for option in options() if not option.asked}
    read: dict[str, Any] = {}
    for written, value in _table(root / "pyproject.toml").items():
        key = written.replace("_", "-")
        if key not in known:
            raise unknown(f"pyproject.toml: [{TABLE}]", "key", key, known, "windtunnel check --help lists all")
        option = known[key]
        read[option.name] = option.read(_from_root(root, key, value), f"pyproject.toml: [{TABLE}] {key}")
    return read


def _from_root(root: Path, key: str, value: object) -> object:
    """The value; a file that it names for reading or writing lies below `root`, wherever the user stands."""
    if key in ("output", "baseline", "compare", "env-file", "fixtures") and isinstance(value, str) and value:
        return str(root / value)
    if key == "report" and isinstance(value, list):
        return [_from_root_report(root, entry) for entry in value]
    if key == "conf" and isinstance(value, str) and value.startswith("@"):
        return f"@{root / value[1:]}"
    return value


def _from_root_report(root: Path, entry: object) -> object:
    form, equals, file = entry.partition("=") if isinstance(entry, str) else ("", "", "")
    return f"{form}={root / file}" if equals and file else entry


def _table(file: Path) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{file.name}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file.name}: not TOML: {error}") from error
    table = tool.get("windtunnel", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{file.name}: [{TABLE}] must be a table")
    return table
