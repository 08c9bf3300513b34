"""DAG files that took long to import, imported again under Airflow alone, with an eye on which line takes the time."""

from __future__ import annotations

import linecache
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import FrameType

from windtunnel.collectors.dags import DagFile, loads, settle_in_to_read
from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.own_time import own_time
from windtunnel.facts import DagFileFacts, End, LineTimeFacts, SlowImportFacts
from windtunnel.findings import Location
from windtunnel.pool import Job, Pool

_EVERY = 0.005  # seconds
_MOST_LINES = 10
_IMPORTING = "<frozen importlib._bootstrap>"


def profile_slow(
    bare: Callable[[], Pool], files: Iterable[DagFile], loaded: Sequence[DagFileFacts], budget: float, timeout: float
) -> Iterator[DagFileFacts]:
    """The facts of files that were `loaded`; those that took longer than `budget` seconds, twice, with a profile.

    `bare` gives a pool whose template has imported Airflow and nothing that a DAG file may import beside it; it is not
    asked for one where no file is slow.
    """
    file_of = {file.path: file for file in files}
    slow = [facts for facts in loaded if _is_slow(facts, budget)]
    yield from (facts for facts in loaded if not _is_slow(facts, budget))
    jobs = (Job(facts, f"{__name__}:profile_import", (file_of[facts.path],), timeout) for facts in slow)
    for job, outcome in bare().map(jobs) if slow else ():
        profile = outcome.value if outcome.process.end is End.COMPLETED else None
        is_slow = isinstance(profile, SlowImportFacts) and profile.seconds > budget
        yield replace(job.key, slow_import=profile) if is_slow else job.key


def _is_slow(facts: DagFileFacts, budget: float) -> bool:
    return loads(facts) and facts.import_seconds > budget


# In the child


def profile_import(file: DagFile) -> SlowImportFacts:
    """How long the file takes to be read, and on which lines, in this very process."""
    from windtunnel.airflow_compat.dagbag import read_dag_file

    settle_in_to_read(file)
    sampler, clock = Sampler(file.root), own_time()
    sampler.start()
    started = clock()
    read_dag_file(file.file, file.dag_folder)
    seconds = clock() - started
    return SlowImportFacts(file.path, seconds, sampler.stop())


_Stack = tuple[tuple[str, int], ...]


class Sampler:
    """Looks every few milliseconds which of the user's lines are at work: unlike a trace, it slows nothing down.

    The time since the last look counts for the line that is seen now: a call that lets no thread run until it has
    ended is seen as soon as it has, on its own line. Without `libraries`, what a library takes while it is itself
    imported is not counted.
    """

    def __init__(self, root: Path, *, libraries: bool = True) -> None:
        self._of_user = lru_cache(None)(lambda path: is_users(path, root))
        self._root = root
        self._libraries = libraries
        self._seen: defaultdict[tuple[_Stack, str], float] = defaultdict(float)
        self._main = threading.get_ident()
        self._clock = own_time(threading.get_native_id())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="windtunnel", daemon=True)

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    @property
    def seconds(self) -> float:
        """What the user's lines have taken, with what they had called."""
        return sum(spent for (stack, _), spent in self._seen.items() if stack)

    def stop(self) -> tuple[LineTimeFacts, ...]:
        """The slowest lines, with what they had called included."""
        self._over.set()
        self._thread.join()
        return tuple(sorted(self._lines(), key=lambda line: -line.seconds)[:_MOST_LINES])

    def _look(self) -> None:
        last = self._clock()
        while not self._over.wait(_EVERY):
            stack = self._stack(sys._current_frames().get(self._main))  # noqa: SLF001  the documented way to them
            now = self._clock()
            self._seen[stack] += now - last
            last = now

    def _stack(self, frame: FrameType | None) -> tuple[_Stack, str]:
        """The user's lines, outermost first, and the package that the innermost of them has called."""
        lines: list[tuple[str, int]] = []
        package = ""
        while frame is not None:
            if not lines and not self._libraries and frame.f_code.co_filename == _IMPORTING:
                return (), ""
            if self._of_user(frame.f_code.co_filename):
                lines.append((frame.f_code.co_filename, frame.f_lineno))
            elif not lines and "importlib" not in frame.f_code.co_filename:
                package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
            frame = frame.f_back
        return tuple(reversed(lines)), package

    def _lines(self) -> Iterator[LineTimeFacts]:
        seconds: defaultdict[tuple[str, int], float] = defaultdict(float)
        depth: defaultdict[tuple[str, int], int] = defaultdict(int)
        packages: defaultdict[tuple[str, int], defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        for (stack, package), spent in self._seen.items():
            for level, line in enumerate(dict.fromkeys(stack)):
                seconds[line] += spent
                depth[line] = max(depth[line], level)
            for line in stack[-1:]:
                packages[line][package] += spent
        for (file, number), spent in seconds.items():
            if spent <= 0:  # a wait that was counted late
                continue
            called = packages[file, number]
            yield LineTimeFacts(
                location=Location(relative(file, self._root), number),
                text=linecache.getline(file, number).strip(),
                seconds=spent,
                depth=depth[file, number],
                package=max(called, key=called.__getitem__, default=""),
            )
