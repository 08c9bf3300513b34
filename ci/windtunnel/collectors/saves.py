"""What each saver of a dataflow promised, and what lies on disk when its task has ended."""

from __future__ import annotations

import inspect
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from windtunnel.collectors.failures import relative
from windtunnel.collectors.recorder import FORMAT_TAG, SAVER_TAG, Execution, Saved
from windtunnel.facts import RunFacts, SaveFacts, SaveState
from windtunnel.findings import Location

_STILL_WRITING_GRACE = 0.5  # seconds in which a thread or process that outlived the task may show that it writes
_PATH_NAMES = ("path", "filepath_or_buffer", "path_or_buf", "path_or_buffer", "io", "file")
# Options that mean the same to pandas' and Hamilton's writers and readers; `header`, for one, does not.
_SHARED_OPTIONS = ("sep", "encoding", "compression", "orient", "lines", "decimal", "quotechar", "escapechar")
_AIRFLOW_THREADS = ("AnyIO worker thread", "InProcessExecutionAPI", "a2wsgi")


@dataclass(frozen=True, slots=True)
class Bystanders:
    """The threads and child processes that were alive before a task began."""

    threads: frozenset[int]
    processes: frozenset[int]

    @classmethod
    def now(cls) -> Bystanders:
        """Those alive at this moment."""
        return cls(frozenset(_threads()), frozenset(_processes()))

    def newcomers(self) -> bool:
        """Whether a thread or process is alive that was not then: one that the task has started and left behind."""
        return bool(_threads() - self.threads or _processes() - self.processes)


@dataclass(frozen=True, slots=True)
class Owner:
    """The task whose saves are looked at."""

    dag_id: str
    task_id: str
    root: Path
    bystanders: Bystanders


def _threads() -> set[int]:
    alive = threading.enumerate()
    return {thread.ident or 0 for thread in alive if not thread.name.startswith(_AIRFLOW_THREADS)}


def _processes() -> set[int]:
    import psutil

    return {child.pid for child in psutil.Process().children(recursive=True)}


def savers_of(graph: Any) -> dict[str, Any]:
    """The saver nodes of a Hamilton function graph, by name."""
    return {name: node for name, node in graph.nodes.items() if SAVER_TAG in node.tags}


def inspect_saves(executions: Iterable[Execution], owner: Owner) -> list[SaveFacts]:
    """One fact for each saver of each execution, judged now: call it the moment that the task has ended well."""
    return [fact for execution in executions for fact in _saves_of(execution, owner)]


def _saves_of(execution: Execution, owner: Owner) -> Iterator[SaveFacts]:
    saved = {done.node.name for done in execution.saved}
    for done in execution.saved:
        yield _fact(done.node, owner, *_look(done, owner.bystanders))
    requested = _upstream_of(execution)
    for name, node in savers_of(execution.graph).items():
        if name not in saved:
            state = SaveState.NOT_REACHED if name in requested else SaveState.NEVER_REQUESTED
            yield _fact(node, owner, state, "", 0, "")


def _fact(node: Any, owner: Owner, state: SaveState, path: str, size: int, detail: str) -> SaveFacts:
    module, location = _origin(node, owner.root)
    return SaveFacts(
        dag_id=owner.dag_id,
        task_id=owner.task_id,
        node=node.name,
        module=module,
        format=str(node.tags.get(FORMAT_TAG, "")),
        location=location,
        state=state,
        path=path,
        size=size,
        detail=detail,
    )


def _origin(node: Any, root: Path) -> tuple[str, Location]:
    """The module and the line of the function that a node was made from."""
    for function in node.originating_functions or ():
        code = inspect.unwrap(function).__code__
        return function.__module__, Location(relative(code.co_filename, root), code.co_firstlineno)
    return "", Location("?")


def _upstream_of(execution: Execution) -> set[str]:
    """Every node that the final variables need, not looking behind what was overridden."""
    nodes = execution.graph.nodes
    needed: set[str] = set()
    waiting = [name for name in execution.final_vars if name in nodes]
    while waiting:
        name = waiting.pop()
        if name not in needed and name not in execution.overrides:
            needed.add(name)
            waiting += [dependency.name for dependency in nodes[name].dependencies]
    return needed


def settle(runs: Iterable[RunFacts]) -> tuple[RunFacts, ...]:
    """The runs with the savers that nobody asked for said once, and only where that is certain.

    A saver that any task of any DAG asks for is not forgotten; a task that did not succeed might have asked.
    """
    runs = tuple(runs)
    asked = {_identity(save) for run in runs for save in run.saves if save.state is not SaveState.NEVER_REQUESTED}
    return tuple(replace(run, saves=tuple(_certain(run, asked))) for run in runs)


def _certain(run: RunFacts, asked: set[tuple[str, str]]) -> Iterator[SaveFacts]:
    all_succeeded = all(task.state == "success" for task in run.tasks)
    told: set[tuple[str, str]] = set()
    for save in run.saves:
        if save.state is not SaveState.NEVER_REQUESTED:
            yield save
        elif all_succeeded and _identity(save) not in asked | told:
            told.add(_identity(save))
            yield save


def _identity(save: SaveFacts) -> tuple[str, str]:
    return save.module, save.node


# What lies on disk


def _look(saved: Saved, bystanders: Bystanders) -> tuple[SaveState, str, int, str]:
    path = _path_of(saved)
    if not path:
        return SaveState.UNSEEN, "", 0, "the saver names no path"
    if urlparse(path).scheme not in ("", "file"):
        return SaveState.UNSEEN, path, 0, "it lies on another system"
    file = Path(urlparse(path).path if path.startswith("file:") else path).absolute()
    if not file.exists():
        return SaveState.MISSING, str(file), 0, ""
    if writer := _still_writing(file, bystanders):
        return SaveState.UNFINISHED, str(file), _size(file), writer
    size = _size(file)
    if size == 0:
        return SaveState.EMPTY, str(file), 0, ""
    trouble = _read_back(saved, file)
    return (SaveState.UNREADABLE if trouble else SaveState.WHOLE), str(file), size, trouble


def _path_of(saved: Saved) -> str:
    metadata = saved.metadata if isinstance(saved.metadata, Mapping) else {}
    told = metadata.get("file_metadata", metadata)
    candidates = [saved.options.get(name) for name in _PATH_NAMES]
    candidates.append(told.get("path") if isinstance(told, Mapping) else None)
    return next((os.fspath(c) for c in candidates if isinstance(c, str | os.PathLike)), "")


def _size(file: Path) -> int:
    if file.is_dir():
        return sum(inner.stat().st_size for inner in file.rglob("*") if inner.is_file())
    return file.stat().st_size


def _still_writing(file: Path, bystanders: Bystanders) -> str:
    """Who is still at work on the file: an open handle, or a thread or process that makes it change while we look."""
    if _is_open_here(file):
        return "it is still open for writing"
    before, give_up = _stamp(file), time.monotonic() + _STILL_WRITING_GRACE
    while bystanders.newcomers() and time.monotonic() < give_up:
        time.sleep(0.05)
        if _stamp(file) != before:
            break
    return "" if _stamp(file) == before else "a thread or process that outlived the task is still writing it"


def _stamp(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def _is_open_here(file: Path) -> bool:
    import psutil

    return any(
        Path(opened.path) == file.resolve() and getattr(opened, "mode", "r") != "r"
        for opened in psutil.Process().open_files()
    )


def _read_back(saved: Saved, file: Path) -> str:
    """Why the loader that matches the saver cannot read the file; "" where it can, or where there is none."""
    loader = _matching_loader(saved)
    if loader is None:
        return ""
    required, optional = loader.get_required_arguments(), loader.get_optional_arguments()
    options = {name: saved.options[name] for name in _SHARED_OPTIONS if name in saved.options and name in optional}
    path_names = [name for name in _PATH_NAMES if name in required or name in optional][:1]
    options.update(dict.fromkeys(path_names, str(file)))
    if not path_names or set(required) - set(options):
        return ""
    try:
        loader(**options).load_data(saved.data_type)
    except ImportError:  # the reader wants a package that this Python has not: nothing is known of the file
        return ""
    except Exception as error:  # whatever a reader raises on a torn file
        return f"{type(error).__name__}: {error}"
    return ""


def _matching_loader(saved: Saved) -> Any:
    """The loader registered under the saver's format for the nearest class of what was saved."""
    known = sys.modules["hamilton.registry"].LOADER_REGISTRY.get(saved.node.tags.get(FORMAT_TAG, ""), ())
    for base in saved.data_type.__mro__:
        for loader in known:
            if base in loader.applicable_types():
                return loader
    return None
