"""Who is still writing a file after its task has ended: open handles, threads and processes that were left behind."""

from __future__ import annotations

import contextlib
import gc
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

_GRACE = 0.5  # seconds in which a thread or process that outlived the task may show that it writes
_OPEN = "it is still open for writing"
_CHANGES = "a thread or process that outlived the task is still writing it"


@dataclass(frozen=True, slots=True)
class Bystanders:
    """The threads that were alive before a task began in this process, which was forked for it.

    `run_process` is that of the run. Below it are those of the tasks that are at work beside.
    """

    threads: frozenset[threading.Thread]
    run_process: int

    @classmethod
    def now(cls, run_process: int) -> Bystanders:
        """Those alive at this moment."""
        return cls(frozenset(threading.enumerate()), run_process)

    def writers(self, files: Collection[Path]) -> dict[Path, str]:
        """Which of the files somebody is at work on, and who.

        Idle pools and daemons are nobody: a file counts where a handle is open that can only write, or where it changes
        while somebody lives whom the task has started.
        """
        opened = _opened_for_writing(files, self._new_processes())
        found = dict.fromkeys(opened, _OPEN)
        before, give_up = {file: stamp(file) for file in files}, time.monotonic() + _GRACE
        while self._newcomers() and time.monotonic() < give_up and len(found) < len(before):
            time.sleep(0.05)
            found.update({file: _CHANGES for file in before if file not in found and stamp(file) != before[file]})
        return found

    def _newcomers(self) -> bool:
        return bool(frozenset(threading.enumerate()) - self.threads) or bool(self._new_processes())

    def _new_processes(self) -> set[Any]:
        """Those that are younger than this one."""
        return {process for process in processes_of_run(self.run_process) if _age(process) >= _age(psutil.Process())}


def processes_of_run(run_process: int) -> set[Any]:
    """What the tasks of a run have started, as psutil.Process.

    All below the supervisor of the run, so that daemons whose parents have ended are among them; not the run itself and
    its helpers, not this process, and not those that work beside it with all that they have started.
    """
    here, run = psutil.Process(), psutil.Process(run_process)
    helpers = _children(run)
    tasks = [task for helper in helpers for task in _children(helper) if task != here]
    beside = {process for task in tasks for process in (task, *_below(task))}
    return set(_below(run.parent() or run)) - {here, run, *helpers, *beside}


def _age(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.create_time()
    return 0.0


def _children(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
        return process.children()
    return []


def _below(process: Any) -> list[Any]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return list(process.children(recursive=True))
    return []


def stamp(path: Path) -> tuple[int, int]:
    """Size in bytes and time of the latest change in ns, of a folder with all that is in it; (-1, 0) if nothing is."""
    try:
        inner = [file.stat() for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path.stat()]
    except OSError:
        return -1, 0
    return sum(status.st_size for status in inner), max((status.st_mtime_ns for status in inner), default=0)


def _opened_for_writing(files: Collection[Path], newcomers: Collection[Any]) -> set[Path]:
    """The files that have a handle open which can only write, here or in the processes given.

    Databases and memory maps keep handles that read and write for as long as they live, and loggers append.
    """
    by_real_path = {str(file.resolve()): file for file in files}
    open_here = {by_real_path[path] for path in _writing(psutil.Process()) if path in by_real_path}
    if open_here:
        gc.collect()  # a handle that nobody holds any more is closed when its cycle is found, sooner or later
    processes = (psutil.Process(), *newcomers) if open_here else newcomers
    return {by_real_path[path] for process in processes for path in _writing(process) if path in by_real_path}


def _writing(process: Any) -> Iterator[str]:
    try:
        opened = process.open_files()
    except psutil.Error:  # it has just ended
        return
    yield from (file.path for file in opened if getattr(file, "mode", "r") == "w")
