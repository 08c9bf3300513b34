"""Several DAG files loaded one after the other in one child: a fork for each costs many times what its load does.

Files share a child if they import the same libraries, so that none finds a library ready that another has imported.
What one file leaves behind ends the batch. A batch that does not come to its end counts for nothing, and neither does
what went wrong with a file that was not the first: such files are loaded again, in smaller batches and at last each in
a child of its own.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from math import ceil
from pathlib import Path
from types import ModuleType
from typing import Any

from windtunnel.collectors.changes import process_state
from windtunnel.collectors.dags import DagFile, Loader, stuck_at
from windtunnel.collectors.failures import is_users
from windtunnel.collectors.python_text import PythonText
from windtunnel.facts import DagFileFacts, Effect, End, ProcessFacts
from windtunnel.pool import Job, Outcome, Pool
from windtunnel.template import KEPT_OUTPUT

_MOST_FILES = 200  # a child costs 40 ms beside them, and of more than 64 KiB that they print a part is lost
_MOST_SECONDS = 2.0  # so that one slow batch does not keep the others' processor idle
_PATIENCE = 10.0
_WATCHED = {*sys.stdlib_module_names, "airflow"}
_PARTS = 4  # of a batch in which one file was no good company for the others: most of them are loaded together again
_MARK = b"\0windtunnel: next file\0"

Batch = tuple[DagFile, ...]


_LOAD = f"{__name__}:load_batch"


def collect_dag_files(
    pool: Pool, files: Iterable[DagFile], timeout: float, load: str = _LOAD
) -> Iterator[DagFileFacts]:
    """The facts of each file, in the order in which they are known. `timeout` is for one file, in seconds.

    `load` names what loads a batch in a child.
    """
    waiting = _batches(files, pool.size)
    while waiting:
        batches, waiting = waiting, []
        jobs = [Job(batch, load, (batch,), _patience(batch, timeout)) for batch in batches]
        for job, outcome in pool.map(jobs):
            known = _alone(job.key[0], outcome) if len(job.key) == 1 else _together(outcome)
            yield from known
            waiting += _left(job.key, known, outcome)


def _batches(files: Iterable[DagFile], jobs: int) -> list[Batch]:
    """The files in batches that may share a child, of sizes that keep so many `jobs` busy to the end."""
    alike: dict[object, list[DagFile]] = defaultdict(list)
    for file in files:
        alike[_kind(file)].append(file)
    return [batch for group in alike.values() for batch in _cut(tuple(group), _fair_share(len(group), jobs))]


def _fair_share(files: int, jobs: int) -> int:
    rounds = ceil(files / (jobs * _MOST_FILES))
    return ceil(files / (jobs * rounds))


def _kind(file: DagFile) -> object:
    """What files must have in common; a zip archive has it with none."""
    if file.file.suffix != ".py":
        return file.file
    return (
        file.root,
        file.dag_folder,
        file.start,
        frozenset(filter(_brings_something, PythonText(file.file).imported())),
    )


def _brings_something(module: str) -> bool:
    """Whether importing a module may leave something there that was not. What Airflow itself imports does not."""
    return module.partition(".")[0] not in sys.stdlib_module_names or "." in module


def _cut(files: Batch, size: int) -> list[Batch]:
    size = max(1, size)
    return [files[start : start + size] for start in range(0, len(files), size)]


def _left(batch: Batch, known: tuple[DagFileFacts, ...], outcome: Outcome) -> list[Batch]:
    """What is left of a batch, in a few smaller ones; the file that its child came to grief with is left alone."""
    begun = outcome.process.output.count(_MARK.decode())  # a file may print it, or close its output: it is but a guess
    if known or outcome.process.end is End.COMPLETED or begun >= len(batch):
        left = batch[len(known) :]
        return _cut(left, max(len(known), len(left) // _PARTS))
    return [batch[begun : begun + 1], *filter(None, (batch[:begun], batch[begun + 1 :]))]


def _patience(batch: Batch, timeout: float) -> float:
    return timeout if len(batch) == 1 else min(timeout, _PATIENCE)


def _alone(file: DagFile, outcome: Outcome) -> tuple[DagFileFacts]:
    facts = (outcome.value or (DagFileFacts(file.path, outcome.process, failures=stuck_at(outcome, file.root)),))[0]
    output = outcome.process.output.replace(_MARK.decode(), "")
    return (replace(facts, process=replace(outcome.process, output=output)),)


def _together(outcome: Outcome) -> tuple[DagFileFacts, ...]:
    if outcome.process.end is not End.COMPLETED or outcome.process.printed > KEPT_OUTPUT:
        return ()
    printed = outcome.process.output.split(_MARK.decode())[:-1]
    both = zip(outcome.value, printed, strict=False)
    return tuple(replace(facts, process=replace(facts.process, output=output)) for facts, output in both)


# In the child


def load_batch(files: Batch) -> tuple[DagFileFacts, ...]:
    """The facts of the files, or of the first of them: the others are better loaded somewhere else."""
    return load_together(files, Loader(files[0]).load)


def load_together(files: Batch, load: Callable[[DagFile], DagFileFacts]) -> tuple[DagFileFacts, ...]:
    """The same, loaded by a function."""
    started = time.monotonic()
    CODE.look()
    before, modules = process_state(), frozenset(sys.modules)
    done: list[DagFileFacts] = []
    for file in files:
        facts = _timed(load, file)
        if done and facts.failures:
            break
        done.append(facts)
        with contextlib.suppress(OSError):  # the file may have closed its output
            os.write(1, _MARK)
        if _leaves_something(facts) or process_state() != before or time.monotonic() - started > _MOST_SECONDS:
            break
        _forget_modules(modules, file.root)
    return tuple(done if len(done) < 2 or CODE.is_unchanged() else done[:1])


def _timed(load: Callable[[DagFile], DagFileFacts], file: DagFile) -> DagFileFacts:
    started = time.monotonic()
    facts = load(file)
    return replace(facts, process=ProcessFacts(End.COMPLETED, seconds=time.monotonic() - started))


def _leaves_something(facts: DagFileFacts) -> bool:
    folders = Path.cwd(), Path(tempfile.gettempdir())
    left = threading.active_count() > 1 or any(entry for folder in folders for entry in folder.iterdir())
    return left or any(seen.effect is not Effect.METADATA for seen in facts.effects)


def _forget_modules(known: AbstractSet[str], root: Path) -> None:
    """Have the next file import the user's modules anew, which are not among those `known` before."""
    for name in sys.modules.keys() - known:
        file = getattr(sys.modules[name], "__file__", None)
        if isinstance(file, str) and is_users(file, root):
            del sys.modules[name]


class Code:
    """The standard library and Airflow as they stand in this process: their modules' names, functions and classes."""

    def __init__(self) -> None:
        self._modules: set[str] = set()
        self._names: list[tuple[Mapping[str, Any], AbstractSet[str]]] = []
        self._members: list[tuple[Mapping[str, Any], str, Any]] = []

    def look(self) -> None:
        """Take in the modules that are new. In a child to look at all would copy half of the template's memory."""
        new = [name for name in sys.modules.keys() - self._modules if _is_watched(name)]
        modules = [vars(sys.modules[name]) for name in new]
        self._modules.update(new)
        self._names += [(names, frozenset(names)) for names in modules]
        self._members += [member for names in modules for member in _members(names)]

    def is_unchanged(self) -> bool:
        """Whether nobody else has patched them: what they themselves add when it is first asked for does not count."""
        now = ((holder.get(name), value) for holder, name, value in self._members)
        kept = all(one is value or _is_ours(one) for one, value in now)
        return kept and not any(_is_strange(name, names[name]) for name, names in self._added())

    def _added(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for names, known in self._names:
            yield from ((name, names) for name in names.keys() - known)


CODE = Code()
"""Of this process: a template looks at it when it is warm, and its children inherit what it has found."""


def _is_ours(value: Any) -> bool:
    """Whether windtunnel has put the function there, to see who calls it."""
    home = getattr(getattr(value, "__func__", value), "__globals__", {})  # a copy of another's name tells nothing
    return str(home.get("__name__", "")).partition(".")[0] == __name__.partition(".")[0]


def _is_watched(module: str) -> bool:
    return module.partition(".")[0] in _WATCHED


def _members(names: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str, Any]]:
    """The functions and classes of a module, and those that its own classes hold."""
    for name, value in list(names.items()):
        if callable(value):
            yield names, name, value
            if isinstance(value, type) and value.__module__ == names.get("__name__"):
                inside = vars(value)
                yield from ((inside, inner, member) for inner, member in list(inside.items()) if callable(member))


def _is_strange(name: str, value: Any) -> bool:
    """Whether a module of the standard library or of Airflow would not have given itself such a value."""
    own = name.startswith("__") or isinstance(value, ModuleType) or _is_watched(str(getattr(value, "__module__", "")))
    return not own
