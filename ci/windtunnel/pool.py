"""Isolated, warm, parallel child processes: jobs go in, and what became of each comes out."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakSet

import psutil

from windtunnel import facts, findings
from windtunnel.facts import End, ProcessFacts
from windtunnel.template import KEPT_OUTPUT, LENGTH, STARTED, Ending, Order, remove
from windtunnel.worker import FOLDER

if TYPE_CHECKING:
    from typing_extensions import Self

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Job(Generic[Key]):
    """One call of the function `target` ("package.module:name") in a child of its own; `key` is the caller's.

    With `ends_largest`, a child that holds too much memory loses the largest process below it, if that is larger.
    """

    key: Key
    target: str
    arguments: tuple[Any, ...]
    timeout: float
    ends_largest: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended, and the facts that it handed back, or had put aside when it came to grief (else None).

    `stack` is where it stood when it was stopped or crashed the interpreter: (file, line, function), innermost first.
    """

    process: ProcessFacts
    value: Any = None
    stack: tuple[tuple[str, int, str], ...] = ()


class Pool:
    """Runs jobs in children of one warm template process, a given number at a time.

    The template starts warming up at once, in the background. Where a job kills it, another takes its place, and no
    other job is the worse for it. A job that holds more than `max_memory` MiB is killed. Use the pool as a context
    manager: on leaving, the template, its children and their folders are gone.
    """

    def __init__(self, warm_up: str, *, environment: Mapping[str, str], size: int, max_memory: int) -> None:
        self._size = size
        self._max_memory = max_memory
        self._start = partial(_Template, warm_up, environment, max_memory)
        self._templates = [self._start()]
        self._maps: WeakSet[Generator[object, None, None]] = WeakSet()
        self._at_work: dict[int, Job[Any]] = {}

    @property
    def at_work(self) -> tuple[Job[Any], ...]:
        """The jobs that run now; any thread may ask."""
        return tuple(self._at_work.values())

    @property
    def size(self) -> int:
        """How many jobs run at a time."""
        return self._size

    @property
    def folder(self) -> Path:
        """A folder for what one job leaves to another. It goes with the template, even where this process is killed."""
        folder = self._templates[-1].folder / "left"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the template and all that runs in it."""
        for outcomes in list(self._maps):
            outcomes.close()
        for template in self._templates:
            template.close()

    def map(self, jobs: Iterable[Job[Key]]) -> Iterator[tuple[Job[Key], Outcome]]:
        """The outcome of each job, in the order in which they end. Closing the iterator ends those that still run.

        RuntimeError with the template's traceback if it raises, or is killed before it has started a job.
        """
        outcomes = self._map(jobs)
        self._maps.add(outcomes)
        return outcomes

    def _map(self, jobs: Iterable[Job[Key]]) -> Generator[tuple[Job[Key], Outcome], None, None]:
        waiting = iter(jobs)
        running: list[_Running[Key]] = []
        try:
            while True:
                running += map(self._order, islice(waiting, self._size - len(running)))
                if not running:
                    return
                ended = [one for one in self._wait(running) if one.hear()]
                running = [one for one in running if one not in ended]
                self._forget(ended)
                lost = [one for one in ended if not one.received]
                if lost:
                    self._replace({one.template for one in lost})
                    waiting = chain([one.job for one in lost], waiting)
                for one in ended:
                    if one.received:
                        yield one.job, _outcome(one.job, self._max_memory, bytes(one.received[len(STARTED) :]))
        finally:
            self._forget(running)
            for one in running:
                one.result.close()

    def _forget(self, ended: Iterable[_Running[Key]]) -> None:
        for one in ended:
            self._at_work.pop(id(one.job), None)

    def _order(self, job: Job[Key]) -> _Running[Key]:
        self._at_work[id(job)] = job
        template = self._templates[-1]
        return _Running(job, template, template.order(job))

    def _wait(self, running: list[_Running[Key]]) -> list[_Running[Key]]:
        ready = wait([one.result for one in running], timeout=0.5)
        if not ready:
            self._templates[-1].wake()
        return [one for one in running if one.result in ready]

    def _replace(self, broken: set[_Template]) -> None:
        """Start another template if the present one is among those that left a job unstarted.

        A job can do no more than kill it: one that raised, or that never came to start a job, would do so again.
        """
        present = self._templates[-1]
        if present not in broken:
            return
        present.end(patience=1)
        if not present.has_started_a_job or present.has_failed:
            raise RuntimeError(f"the template process {present.last_words()}")
        self._templates.append(self._start())


# Not `python -m`: that would put the folder which the user stands in before all others on sys.path.
_START = """
import sys
sys.path[:] = [folder for folder in sys.path if folder]
from windtunnel.template import main
main(int(sys.argv[1]), sys.argv[2])
"""


class _Template:
    """One template process, and the folder in which it and its children live."""

    def __init__(self, warm_up: str, environment: Mapping[str, str], max_memory: int) -> None:
        self.has_started_a_job = False
        self._max_memory = max_memory
        self.folder = Path(tempfile.mkdtemp(prefix="windtunnel-"))
        try:
            self._process = self._started(warm_up, environment)
        except BaseException:  # an interrupt, for one: nobody would hear of the folder
            _sweep(str(self.folder))
            remove(self.folder)
            raise

    def _started(self, warm_up: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        self._control, theirs = socket.socketpair()
        # A file: nobody would read a pipe until the end, and a full one holds up whoever prints a warning.
        with theirs, (self.folder / "stderr").open("wb") as stderr:
            return subprocess.Popen(
                # -u: what a worker printed before it was killed is worth reading.
                [sys.executable, "-u", "-c", _START, str(theirs.fileno()), warm_up],
                env={**environment, FOLDER: str(self.folder)},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )

    def order(self, job: Job[Any]) -> socket.socket:
        """Where the job's supervisor says that it has STARTED, and later the Ending; closing it ends the job.

        Nothing is heard from a job that was not started, because the template has ended.
        """
        order = pickle.dumps(Order(job.target, job.arguments, job.timeout, self._max_memory, job.ends_largest))
        result, theirs = socket.socketpair()
        with theirs, contextlib.suppress(ConnectionError):
            socket.send_fds(self._control, [LENGTH.pack(len(order))], [theirs.fileno()])
            self._control.sendall(order)
        return result

    def wake(self) -> None:
        """Have the template go on, if a worker has stopped it."""
        self._process.send_signal(signal.SIGCONT)

    def end(self, patience: float) -> None:
        """Let the template end its children and itself; kill it after `patience` seconds."""
        with contextlib.suppress(OSError):  # it may have been done
            self._control.shutdown(socket.SHUT_RDWR)
        self.wake()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self._process.kill()
        self._process.wait()

    @property
    def has_failed(self) -> bool:
        """Whether it has ended with an exception of its own."""
        return (self._process.returncode or 0) > 0

    def last_words(self) -> str:
        """How the template ended, and the last that it wrote."""
        written = (self.folder / "stderr").read_text(encoding="utf-8", errors="replace")
        return f"{death_of(self._process.returncode) or 'ended'}:\n{written[-KEPT_OUTPUT:]}"

    def close(self) -> None:
        """End all that was ever started here, and remove the folder."""
        # One that still warms up would not listen for seconds, and has no children yet but one that rehearses.
        self.end(patience=20 if self.has_started_a_job else 0)
        self._control.close()
        _sweep(str(self.folder))
        remove(self.folder)


def _sweep(folder: str) -> None:
    """Kill what still has the folder in its environment: one that killed its supervisor and the template at once."""
    give_up = time.monotonic() + 5
    while (strays := _living_in(folder)) and time.monotonic() < give_up:
        for stray in strays:
            with contextlib.suppress(psutil.Error):
                stray.kill()


def _living_in(folder: str) -> list[psutil.Process]:
    everybody = psutil.process_iter(["environ"])  # what a process was started with: clearing os.environ hides nothing
    return [one for one in everybody if (one.info["environ"] or {}).get(FOLDER, "").startswith(folder)]


@dataclass(slots=True, eq=False)
class _Running(Generic[Key]):
    """A job that was ordered: nothing is `received` until its supervisor has started."""

    job: Job[Key]
    template: _Template
    result: socket.socket
    received: bytearray = field(default_factory=bytearray)

    def hear(self) -> bool:
        """Receive what there is; whether that was all."""
        chunk = self.result.recv(1 << 20)
        self.received += chunk
        if chunk:
            self.template.has_started_a_job = True
        else:
            self.result.close()
        return not chunk


def _outcome(job: Job[Any], max_memory: int, told: bytes) -> Outcome:
    ending = facts_in(told)
    if not isinstance(ending, Ending):
        return Outcome(ProcessFacts(End.DIED, "its supervisor was killed"))
    value = facts_in(ending.payload)
    end, detail = _end_of(job, ending, max_memory, came_back=value is not None)
    output = ending.output.decode("utf-8", errors="replace")
    stack = () if end is End.COMPLETED else stack_in(ending.stack)
    return Outcome(ProcessFacts(end, detail, output, ending.seconds, ending.printed), value, stack)


def _end_of(job: Job[Any], ending: Ending, max_memory: int, *, came_back: bool) -> tuple[End, str]:
    if ending.timed_out:
        return End.TIMED_OUT, f"did not end within {job.timeout:g} s"
    if ending.out_of_memory:
        return End.DIED, f"was killed: it used more than {max_memory} MiB of memory"
    if detail := death_of(os.waitstatus_to_exitcode(ending.status)):
        return End.DIED, detail
    if came_back and not ending.partial:
        return End.COMPLETED, ""
    if ending.payload and not ending.partial:
        return End.DIED, "handed back something other than facts"
    return End.DIED, "ended with exit status 0 before its work was done"


def facts_in(payload: bytes) -> Any:
    """The facts that another process has put down; None where it is nothing, or nothing that we would make."""
    try:
        return _Unpickler(io.BytesIO(payload)).load()
    except Exception:  # whatever bytes can be made to raise
        return None


def death_of(code: int) -> str:
    """How a process ended, by its exit code, negative for a signal; "" where it ended well."""
    if code < 0:
        return f"was killed by {_signal_name(-code)}"
    return f"ended with exit status {code} before its work was done" if code else ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"  # the real-time signals have no names


_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+) in (?P<function>\S+)')


def stack_in(text: str) -> tuple[tuple[str, int, str], ...]:
    """The last stack that faulthandler has written: (file, line, function), innermost first."""
    last = text.rpartition("(most recent call first):")[2]  # a child of the worker may have crashed before it
    return tuple((found["file"], int(found["line"]), found["function"]) for found in _FRAME.finditer(last))


_KINDS = [kind for module in (facts, findings) for kind in vars(module).values() if isinstance(kind, type)]
_OWN = [kind for kind in _KINDS if kind.__module__.startswith((facts.__name__, findings.__name__))]
_SPOKEN = {(kind.__module__, kind.__name__): kind for kind in (*_OWN, Ending, str, int, float)}


class _Unpickler(pickle.Unpickler):  # noqa: S301  that is what it is for
    """Loads facts and nothing else: what a child hands back was in the hands of other people's code."""

    def find_class(self, module: str, name: str) -> Any:
        # Looked up, not imported: a dotted name would lead from a class to its module, and from there to anything.
        if kind := _SPOKEN.get((module, name)):
            return kind
        raise pickle.UnpicklingError(f"{module}.{name} is no fact")
