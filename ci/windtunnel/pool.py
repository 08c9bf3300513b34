"""Isolated, warm, parallel child processes: jobs go in, and what became of each comes out."""

from __future__ import annotations

import io
import os
import pickle
import re
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from windtunnel.facts import End, ProcessFacts
from windtunnel.template import LENGTH, Ending, Order

if TYPE_CHECKING:
    from typing_extensions import Self

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Job(Generic[Key]):
    """One call of the function `target` ("package.module:name") in a child of its own; `key` is the caller's."""

    key: Key
    target: str
    arguments: tuple[Any, ...]
    timeout: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended, and the facts that it handed back, or had put aside when it came to grief (else None).

    `stack` is where it stood when its time was over: (file, line, function), innermost first.
    """

    process: ProcessFacts
    value: Any = None
    stack: tuple[tuple[str, int, str], ...] = ()


# Not `python -m`: that would put the folder which the user stands in before all others on sys.path.
_START = """
import sys
sys.path[:] = [folder for folder in sys.path if folder]
from windtunnel.template import main
main(int(sys.argv[1]), sys.argv[2])
"""


class Pool:
    """Runs jobs in children of one warm template process, a given number at a time.

    The template starts warming up at once, in the background. Use it as a context manager: on leaving, the template,
    its children and their folders are gone.
    """

    def __init__(self, warm_up: str, *, environment: Mapping[str, str], size: int) -> None:
        self._size = size
        self._control, theirs = socket.socketpair()
        with theirs:
            self._template = subprocess.Popen(
                [sys.executable, "-c", _START, str(theirs.fileno()), warm_up],
                env=dict(environment),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the template and all that runs in it."""
        self._control.close()
        try:
            self._template.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self._template.pid, signal.SIGKILL)
            self._template.communicate()

    def map(self, jobs: Iterable[Job[Key]]) -> Iterator[tuple[Job[Key], Outcome]]:
        """The outcome of each job, in the order in which they end."""
        waiting = iter(jobs)
        running = 0
        with selectors.DefaultSelector() as selector:
            while True:
                while running < self._size and (job := next(waiting, None)) is not None:
                    selector.register(self._start(job), selectors.EVENT_READ, (job, bytearray()))
                    running += 1
                if not running:
                    return
                for key, _ in selector.select():
                    chunk = os.read(key.fd, 1 << 20)
                    job, received = key.data
                    received += chunk
                    if not chunk:
                        selector.unregister(key.fd)
                        os.close(key.fd)
                        running -= 1
                        yield job, self._outcome(job, bytes(received))

    def _start(self, job: Job[Any]) -> int:
        reading, writing = os.pipe()
        order = pickle.dumps(Order(job.target, job.arguments, job.timeout))
        try:
            socket.send_fds(self._control, [LENGTH.pack(len(order))], [writing])
            self._control.sendall(order)
        except BrokenPipeError:
            raise self._broken() from None
        finally:
            os.close(writing)
        return reading

    def _broken(self) -> RuntimeError:
        _, stderr = self._template.communicate()
        return RuntimeError(f"the template process ended:\n{stderr.decode(errors='replace')}")

    def _outcome(self, job: Job[Any], received: bytes) -> Outcome:
        if not received:
            if self._template.poll() is not None:
                raise self._broken()
            return Outcome(ProcessFacts(End.DIED, "its supervisor was killed"))
        ending = _Unpickler(io.BytesIO(received)).load()
        return _judge(job, ending)


def _judge(job: Job[Any], ending: Ending) -> Outcome:
    output = ending.output.decode("utf-8", errors="replace")
    value = _facts_in(ending.payload)
    if ending.timed_out:
        process = ProcessFacts(End.TIMED_OUT, f"did not end within {job.timeout:g} s", output, ending.seconds)
        return Outcome(process, value, _parse_stack(ending.stack))
    if detail := _death(ending.status):
        return Outcome(ProcessFacts(End.DIED, detail, output, ending.seconds), value)
    if value is None or ending.partial:
        detail = "ended with exit status 0 before its work was done"
        if ending.payload and not ending.partial:
            detail = "handed back something other than facts"
        return Outcome(ProcessFacts(End.DIED, detail, output, ending.seconds), value)
    return Outcome(ProcessFacts(End.COMPLETED, "", output, ending.seconds), value)


def _facts_in(payload: bytes) -> Any:
    """What a child handed back; None where it is nothing, or nothing that a collector of ours would make."""
    try:
        return _Unpickler(io.BytesIO(payload)).load()
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, IndexError):
        return None


def _death(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f"was killed by {signal.Signals(number).name}"
    code = os.waitstatus_to_exitcode(status)
    return f"ended with exit status {code} before its work was done" if code else ""


_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+) in (?P<function>\S+)')


def _parse_stack(text: str) -> tuple[tuple[str, int, str], ...]:
    return tuple((found["file"], int(found["line"]), found["function"]) for found in _FRAME.finditer(text))


_PLAIN = {(Ending.__module__, "Ending"), ("builtins", "str"), ("builtins", "int"), ("builtins", "float")}


class _Unpickler(pickle.Unpickler):
    """Loads facts and nothing else: what a child hands back was in the hands of other people's code."""

    def find_class(self, module: str, name: str) -> Any:
        if module in ("windtunnel.facts", "windtunnel.findings") or (module, name) in _PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no fact")
