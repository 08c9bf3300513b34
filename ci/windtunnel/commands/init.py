"""What an existing repository needs to be checked: settings, a pre-commit hook, a workflow. Nothing here writes."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from windtunnel.collectors.discovery import discover
from windtunnel.errors import UsageError
from windtunnel.settings import TABLE, Settings

PYPROJECT, HOOKS, WORKFLOW = "pyproject.toml", ".pre-commit-config.yaml", ".github/workflows/windtunnel.yml"
_INSTALLS = ("requirements.txt", "requirements/requirements.txt", "requirements/base.txt")


@dataclass(frozen=True, slots=True)
class Proposal:
    """The files as they would be, `new` by path from the root; and what was left alone, with the reason."""

    root: Path
    new: Mapping[str, str]
    left_alone: tuple[str, ...] = ()

    @property
    def diff(self) -> str:
        """What would change, as a unified diff."""
        return "".join(_diff(path, _text(self.root / path), text) for path, text in self.new.items())

    def write(self) -> None:
        """Write the files. UsageError for one that cannot be written."""
        for path, text in self.new.items():
            file = self.root / path
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            except OSError as error:
                raise UsageError(f"init: {path}: {error.strerror}") from error


def proposal(settings: Settings, requirement: str) -> Proposal:
    """What to add to the repository; `requirement` is what pip installs windtunnel from in the workflow."""
    wanted = {
        PYPROJECT: _with_table(_text(settings.root / PYPROJECT)),
        HOOKS: _with_hook(_text(settings.root / HOOKS), _checked_files(settings)),
        WORKFLOW: _text(settings.root / WORKFLOW) or _workflow(settings.root, requirement),
    }
    changed = {path: text for path, text in wanted.items() if text and text != _text(settings.root / path)}
    return Proposal(settings.root, changed, tuple(_left_alone(wanted, changed)))


def _left_alone(wanted: Mapping[str, str], changed: Mapping[str, str]) -> Iterable[str]:
    for path, text in wanted.items():
        if path not in changed:
            reason = "windtunnel is there already" if text else "its form is unusual; add the hook by hand"
            yield f"{path}: left as it is: {reason}"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"init: {file}: {error}") from error


def _diff(path: str, old: str, new: str) -> str:
    before = f"a/{path}" if old else "/dev/null"
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), before, f"b/{path}", lineterm="")
    return "".join(f"{line}\n" for line in lines)


def _with_table(text: str) -> str:
    if re.search(rf"^\s*\[+\s*{re.escape(TABLE)}\b", text, re.MULTILINE):
        return text
    gap = "\n" if text and not text.endswith("\n\n") else ""
    newline = "\n" if text and not text.endswith("\n") else ""
    return f"""{text}{newline}{gap}[{TABLE}]
# Every option of `windtunnel check` is a key here; `windtunnel settings` shows what is in force.
# Known findings, which do not fail: `windtunnel check --baseline windtunnel-baseline.json --update-baseline` writes it.
# baseline = "windtunnel-baseline.json"
fail-on = "error"
"""


def _checked_files(settings: Settings) -> str:
    """The pattern of the files that the hook is for: Python files in the folders where DAGs and modules lie."""
    found = discover(settings)
    files = [*(file.path for file in found.dag_files), *(module.path for module in found.modules)]
    tops = sorted({PurePosixPath(path).parts[0] for path in files if "/" in path and not path.startswith("/")})
    return rf"^({'|'.join(map(re.escape, tops))})/.*\.py$" if tops else r"\.py$"


def _with_hook(text: str, files: str) -> str:
    """The configuration with our hook behind the last; "" where it is none that we can add to."""
    if "windtunnel" in text:
        return text
    hook = f"""- repo: local
  hooks:
    - id: windtunnel-static
      name: windtunnel static
      # Only what the text tells, in a moment; the workflow runs the whole.
      language: system
      entry: windtunnel static
      files: {files}
      require_serial: true
"""
    if not text.strip():
        return f"repos:\n{_indented(hook, 2)}"
    place = _end_of_repos(text)
    if place is None:
        return ""
    line, column = place
    lines = text.splitlines(keepends=True)
    before = "".join(lines[:line])
    newline = "" if before.endswith("\n") else "\n"
    added = f"{before}{newline}{_indented(hook, column)}{''.join(lines[line:])}"
    return added if _holds(added, text) else ""


def _indented(text: str, columns: int) -> str:
    return "".join(f"{' ' * columns}{line}" for line in text.splitlines(keepends=True))


def _end_of_repos(text: str) -> tuple[int, int] | None:
    """The line behind the last entry of `repos`, and the column in which its entries begin."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "repos" and isinstance(value, yaml.SequenceNode) and value.value and not value.flow_style:
            return _last_line(value.value[-1]) + 1, value.start_mark.column
    return None


def _last_line(node: Any) -> int:
    """The last line on which a node has a word: its own end may lie behind blank lines and comments."""
    if isinstance(node, yaml.MappingNode | yaml.SequenceNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return int(end.line) if end.column else int(end.line) - 1


def _holds(new: str, old: str) -> bool:
    """Whether the new configuration is the old one and one repository more."""
    try:
        after, before = yaml.safe_load(new), yaml.safe_load(old)
    except yaml.YAMLError:
        return False
    return bool(after["repos"][:-1] == before["repos"] and {**after, "repos": 0} == {**before, "repos": 0})


def _workflow(root: Path, requirement: str) -> str:
    listed = next((f"-r {path}" for path in _INSTALLS if (root / path).is_file()), "")
    project = "." if re.search(r"^\[project\]", _text(root / PYPROJECT), re.MULTILINE) else ""
    own = listed or project or "'apache-airflow>=3.1,<3.4'"
    return f"""# Written by `windtunnel init`; it is yours to change.
name: windtunnel

on:
  pull_request:

permissions: {{}}

concurrency:
  group: windtunnel-${{{{ github.workflow }}}}-${{{{ github.ref }}}}
  cancel-in-progress: true

jobs:
  check:
    name: windtunnel check
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      contents: read # to check out
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with:
          persist-credentials: false
      - uses: actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0
        with:
          python-version: "{sys.version_info[0]}.{sys.version_info[1]}"
      # What your DAGs import, as it is deployed, and windtunnel beside it.
      - run: python -m pip install {own} {_quoted(requirement)}
      - run: windtunnel check --format github --report markdown="$GITHUB_STEP_SUMMARY"
"""


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w.=-]+", text) else f"'{text}'"
