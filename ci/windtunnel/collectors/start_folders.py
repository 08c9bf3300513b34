"""Working directories that a DAG file may count on: Airflow promises none, deployments start in one or another."""

from __future__ import annotations

import re
from collections import deque
from pathlib import Path

from windtunnel.collectors.missing_modules import has_module, missing_module
from windtunnel.collectors.own_files import TESTS, is_foreign
from windtunnel.collectors.python_text import PythonText
from windtunnel.facts import DagFileFacts, End, FailureFacts

_MOST_FOLDERS = 500
_PLACE_MATTERS = (
    "FileNotFoundError",
    "NoSectionError",
    "NotADirectoryError",
    "TemplateNotFound",
)
_LOOKS_AROUND = re.compile(rb"\b(r?glob|iterdir|listdir|scandir|walk|exists|isfile|is_file|isdir|is_dir)\(")


def may_come_of_the_place(facts: DagFileFacts, file: Path, root: Path) -> bool:
    """Whether a file that failed so, or that gave no DAG, might give some where the working directory is another."""
    if facts.process.end is not End.COMPLETED:
        return False
    if facts.failures:
        return any(_is_of_the_place(failure, root) for failure in facts.failures)
    return not facts.dags and _LOOKS_AROUND.search(PythonText(file).text) is not None


def _is_of_the_place(failure: FailureFacts, root: Path) -> bool:
    if name := missing_module(failure):
        return has_module(name, root)
    return failure.type in _PLACE_MATTERS and not failure.needs


def start_folders(root: Path, dag_folder: Path) -> tuple[Path, ...]:
    """Where deployments start: in the root of the repository, in what is their AIRFLOW_HOME, in the DAG folder."""
    home = dag_folder.parent if dag_folder.parent.is_relative_to(root) else root
    return tuple(dict.fromkeys((root, home, dag_folder)))


def stand_in(folder: Path) -> None:
    """Fill the working directory, which is this child's own, with what `folder` holds.

    Folders are made anew and files are links, so that a new file that the user's code writes is not written into the
    user's tree. Environments and caches, and what lies deep in a very large tree, are links as a whole.
    """
    left = _MOST_FOLDERS
    waiting = deque([(folder, Path.cwd())])
    while waiting:
        source, target = waiting.popleft()
        for entry in sorted(source.iterdir()):
            left -= entry.is_dir()
            if entry.is_dir() and left >= 0 and (entry.name in TESTS or not is_foreign(entry)):
                (target / entry.name).mkdir()
                waiting.append((entry, target / entry.name))
            else:
                (target / entry.name).symlink_to(entry)
