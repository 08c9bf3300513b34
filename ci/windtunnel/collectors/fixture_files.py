"""The files of a fixtures folder, read: YAML, JSON or NAME=value, each as one table of plain values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from windtunnel.collectors.env_file import read_env_file
from windtunnel.collectors.failures import relative
from windtunnel.errors import UsageError

FORMS = (".yaml", ".yml", ".json", ".env")


def fixture_files(folder: Path, root: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each file of the folder, as messages name it, with what it holds, by name.

    Folders in it, and what is hidden or a README, are not read.
    A UsageError for one that cannot be read or is of another form: a file that nobody reads must not look as if it
    counted. Values are never quoted, they may be secrets.
    """
    for file in sorted(folder.iterdir()):
        if file.is_dir() or file.name.startswith((".", "README")):
            continue
        if file.suffix not in FORMS:
            forms = ", ".join(FORMS)
            raise UsageError(
                f"{relative(file, root)}: no file of fixtures: one ends in {forms}; keep others in a subfolder"
            )
        where = relative(file, root)
        yield where, _table(file, where)


def read_document(file: Path, where: str) -> Any:
    """What a YAML or JSON file holds; dates in it stay text. A UsageError, from `where`, for a file that is neither."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8") from error
    return _from_json(text, where) if file.suffix == ".json" else _from_yaml(text, where)


def _table(file: Path, where: str) -> Mapping[str, Any]:
    if file.suffix == ".env":
        return {"environment": read_env_file(str(file), where)}
    document = read_document(file, where)
    if not isinstance(document or {}, dict):
        raise UsageError(f"{where}: expected a table with connections, variables, ...; `name: value` on each line")
    return document or {}


def _from_json(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: _without_twins(pairs, where))
    except json.JSONDecodeError as error:
        raise UsageError(f"{where}: line {error.lineno}: not JSON: {error.msg}") from error


def _without_twins(pairs: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{where}: {name!r} stands twice in one table; keep one")
    return dict(pairs)


def _from_yaml(text: str, where: str) -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Refuses a name that stands twice in a table, of which YAML's own would take the last."""

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[str] = set()
            for key, _ in node.value:
                if isinstance(key.value, str) and key.value in seen:
                    line = key.start_mark.line + 1
                    raise UsageError(f"{where}: line {line}: {key.value!r} stands twice in one table; keep one")
                seen.add(str(key.value))
            return super().construct_mapping(node, deep)

    Loader.yaml_implicit_resolvers = {
        start: [(tag, form) for tag, form in forms if not tag.endswith(":timestamp")]
        for start, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        return yaml.load(text, Loader)  # noqa: S506  it derives from the safe one
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UsageError(f"{where}: line {line}: not YAML: {error.problem}") from error
    except yaml.YAMLError as error:  # a character that YAML does not know
        raise UsageError(f"{where}: not YAML: {str(error).splitlines()[0]}") from error
