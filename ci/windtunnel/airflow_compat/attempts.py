"""The attempts of tasks, each in a process of its own: an executor that supervises all of them in this process."""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

import psutil
import structlog
from airflow.executors.base_executor import BaseExecutor
from airflow.sdk.execution_time import supervisor
from airflow.sdk.execution_time.comms import SetRenderedFields
from airflow.utils.state import TaskInstanceState

from windtunnel.airflow_compat.execution_api import client
from windtunnel.airflow_compat.listening import listening
from windtunnel.airflow_compat.nursery import Nursery, NurseryLost
from windtunnel.airflow_compat.templates import redacted

_LAST_LINES = 30
_TICK = 0.5  # seconds after which the attempts are looked at though nothing has happened: a limit may be over
_LOOK = 0.02
_LEVEL = "AIRFLOW__LOGGING__LOGGING_LEVEL"
_CHILD_ENDS = ("child_requests", "child_stdout", "child_stderr", "child_logs")

Signal = IntEnum("Signal", {name: -number for name, number in signal.Signals.__members__.items()})  # type: ignore[misc]
"""The exit codes of processes that a signal has ended, as psutil gives them: Airflow logs their names."""


@dataclass(frozen=True, slots=True)
class AttemptKey:
    """Which attempt of which task instance of which DAG."""

    dag_id: str
    task_id: str
    map_index: int
    number: int


class Stage(Protocol):
    """Who is told of the attempts."""

    def attempt_begins(self, key: AttemptKey) -> None:
        """In the process of the run, before the attempt's own process is forked."""

    def briefing(self, key: AttemptKey) -> Any:
        """In the process of the run, then: what the attempt's process is told, which was forked from an earlier one."""

    def enter_attempt(self, key: AttemptKey, briefing: Any) -> None:
        """In the attempt's own process, before Airflow or the user's code is at work there."""

    def leave_attempt(self, key: AttemptKey) -> None:
        """In the attempt's own process, after all that is done there."""

    def attempt_ended(self, key: AttemptKey, code: int, lines: tuple[str, ...]) -> None:
        """In the process of the run: the exit code, negative for a signal, and the last lines of the log."""


@dataclass(slots=True)
class _Attempt:
    key: AttemptKey
    instance: Any
    process: Any
    lines: deque[str]


def nursery_of(stage: Any) -> Nursery:
    """Where the attempts' processes come from. They have what this process has now, and tell `stage` of themselves."""

    def begin(order: Any, descriptors: Sequence[int]) -> None:
        key, briefing, new_process_group = order
        if new_process_group:
            os.setpgid(0, 0)
        os.environ[_LEVEL] = "INFO"  # what the user's code logs is wanted, what Airflow's scheduler does is not
        requests, out, err = (socket.socket(fileno=descriptor) for descriptor in descriptors[:3])
        with listening(stage):
            supervisor._fork_main(requests, out, err, descriptors[3], lambda: attempt(key, briefing))  # noqa: SLF001

    def attempt(key: AttemptKey, briefing: Any) -> None:
        stage.enter_attempt(key, briefing)
        try:
            supervisor._subprocess_main()  # noqa: SLF001  what it runs by itself
        finally:
            stage.leave_attempt(key)

    return Nursery(begin)


class Attempts(BaseExecutor):
    """Where the scheduler sends its tasks: each is run by Airflow's own supervisor, in a process from the nursery."""

    is_local = True

    def __init__(self, stage: Stage, nursery: Nursery) -> None:
        super().__init__()
        self._stage = stage
        self._nursery = nursery
        self._client = client()
        self._at_work: dict[int, _Attempt] = {}
        self._events = selectors.DefaultSelector()
        self._events.register(nursery, selectors.EVENT_READ)
        self.requests: list[Any] = []
        supervisor.ensure_secrets_backend_loaded()

    @property
    def processes(self) -> dict[AttemptKey, int]:
        """The attempts that have not ended, and the pids of their processes."""
        return {attempt.key: pid for pid, attempt in self._at_work.items()}

    def send_callback(self, request: Any) -> None:
        """Keep what the scheduler wants the DAG processor to call."""
        self.requests.append(request)

    def sync(self) -> None:
        """Nothing: `wait` says when something has happened."""

    def trigger_connection_tests(self) -> None:
        """There are none."""

    def _process_workloads(self, workloads: Sequence[Any]) -> None:
        for workload in workloads:
            self.queued_tasks.pop(workload.ti.key, None)
            self.running.add(workload.ti.key)
            self._start(workload)

    def _start(self, workload: Any) -> None:
        instance = workload.ti
        key = AttemptKey(instance.dag_id, instance.task_id, instance.map_index, instance.try_number)
        self._stage.attempt_begins(key)
        lines: deque[str] = deque(maxlen=_LAST_LINES)
        try:
            with _forking_in(self._nursery, (key, self._stage.briefing(key))):
                process = _Supervisor.start(
                    what=instance,
                    dag_rel_path=workload.dag_rel_path,
                    bundle_info=workload.bundle_info,
                    client=self._client,
                    logger=_logger(key, lines),
                    subprocess_logs_to_stdout=False,
                    nursery=self._nursery,
                )
        except NurseryLost:
            raise
        except Exception as refusal:  # the API may refuse to start it
            lines.append(str(refusal))
            self._stage.attempt_ended(key, 1, tuple(lines))
            self.change_state(instance.key, TaskInstanceState.FAILED)
            return
        self._at_work[process.pid] = _Attempt(key, instance.key, process, lines)
        self._events.register(process.selector.fileno(), selectors.EVENT_READ, process.pid)

    def wait(self, seconds: float) -> bool:
        """Attend to the attempts until one of them ends; False where none does in this time."""
        give_up, has_ended = time.monotonic() + seconds, False
        while self._at_work:
            for attempt in [attempt for attempt in self._attend(give_up) if self._has_ended(attempt)]:
                self._end(attempt)
                has_ended = True
            if (has_ended or time.monotonic() >= give_up) and not self._about_to_end():
                break
        return has_ended

    def _about_to_end(self) -> bool:
        """Whether a task has told its end and its process goes on: what listeners hear comes after that."""
        return any(attempt.process._terminal_state for attempt in self._at_work.values())  # noqa: SLF001

    def _attend(self, give_up: float) -> Iterator[_Attempt]:
        ready = {key.data for key, _ in self._events.select(min(_TICK, max(_LOOK, give_up - time.monotonic())))}
        for pid in set(self._at_work) if None in ready or not ready else ready:
            attempt = self._at_work[pid]
            if attempt.process.selector.select(timeout=0):
                attempt.process._service_subprocess(0)  # noqa: SLF001
            yield attempt

    def _has_ended(self, attempt: _Attempt) -> bool:
        process = attempt.process
        if process._check_subprocess_exit() is not None:  # noqa: SLF001
            return True
        process._send_heartbeat_if_needed()  # noqa: SLF001  the answer may be that it shall be killed
        process._handle_process_overtime_if_needed()  # noqa: SLF001
        return process._check_subprocess_exit() is not None  # noqa: SLF001

    def _end(self, attempt: _Attempt) -> None:
        process = attempt.process
        self._events.unregister(process.selector.fileno())
        give_up = time.monotonic() + _TICK  # what outlives the task may print for ever
        while process.selector.get_map() and process.selector.select(timeout=0) and time.monotonic() < give_up:
            process._service_subprocess(0)  # noqa: SLF001
        process._cleanup_open_sockets()  # noqa: SLF001  something that outlives the task may still hold its streams
        process.selector.close()
        del self._at_work[process.pid]
        self.running.discard(attempt.instance)
        if not self._has_told(attempt):  # in production its heartbeat is missed, and then the scheduler does this
            self.change_state(attempt.instance, TaskInstanceState.FAILED)
        self._stage.attempt_ended(attempt.key, int(process._exit_code), tuple(attempt.lines))  # noqa: SLF001

    def _has_told(self, attempt: _Attempt) -> bool:
        """Whether the API knows how the attempt has ended: what leaves by os._exit tells it nothing."""
        process = attempt.process
        try:
            process.update_task_state_if_needed()
        except Exception as refusal:  # whatever the API or its client raises
            attempt.lines.append(str(refusal))
            return False
        left_out = process.final_state in supervisor.STATES_SENT_DIRECTLY
        return bool(process._terminal_state) or not left_out  # noqa: SLF001


@contextlib.contextmanager
def _forking_in(nursery: Nursery, order: tuple[AttemptKey, Any]) -> Iterator[None]:
    """Have Airflow's supervisor, which forks the task's process itself, get one from the nursery."""

    def fork() -> int:
        known = sys._getframe(1).f_locals  # noqa: SLF001  fail here, and loudly, if Airflow has renamed them
        ends = [known[name].fileno() for name in _CHILD_ENDS]
        return nursery.fork((*order, known.get("new_process_group", False)), ends)

    original, os.fork = os.fork, fork
    try:
        yield
    finally:
        os.fork = original


class _Supervisor(supervisor.ActivitySubprocess):
    """Airflow's own, over a process from the nursery, but for two things that nobody sees here.

    It hands on all that a task prints, whatever the level of this process's own log, and it does not store the rendered
    fields, which only the user interface reads, and which take a tenth of the time of a small task.
    """

    def __init__(self, *, process: Any, nursery: Nursery, **more: Any) -> None:
        super().__init__(process=_Tracker(process, nursery), **more)

    def _handle_request(self, msg: Any, log: Any, req_id: int) -> None:
        if isinstance(msg, SetRenderedFields):
            self.send_msg(None, request_id=req_id)
        else:
            super()._handle_request(msg, log, req_id)

    def _create_log_forwarder(self, _loggers: Any, name: str, log_level: int = logging.INFO, **more: Any) -> Any:
        lines = supervisor.forward_to_log((self.process_log,), logger=name, level=log_level)
        return supervisor.make_buffered_socket_reader(lines, on_close=self._on_socket_closed, **more)


class _Tracker:
    """What psutil and Airflow track a process with; of one that is not a child they cannot tell the exit code."""

    def __init__(self, tracker: Any, nursery: Nursery) -> None:
        self._tracker, self._nursery = tracker, nursery

    def wait(self, timeout: float) -> int:
        """The exit code; TimeoutExpired at once where there is none yet."""
        code = self._nursery.exit_code(self._tracker.pid)
        if code is None:
            raise psutil.TimeoutExpired(timeout, self._tracker.pid)
        return Signal(code) if code < 0 else code

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tracker, name)


def _logger(key: AttemptKey, lines: deque[str]) -> Any:
    """A logger that prints the lines of an attempt, and keeps the last of them in `lines`."""

    def keep(_logger: Any, level: str, event: Any) -> str:
        if str(event.get("event")).startswith("::"):  # the folds of Airflow's user interface
            raise structlog.DropEvent
        raised = "".join(f" ({error.get('exc_type')}: {error.get('exc_value')})" for error in _errors_in(event))
        lines.append(redacted(f"{level}: {event.get('event', '')}{raised}"))  # as production's supervisor does
        sys.stdout.write(f"{key.task_id}: {lines[-1]}\n")
        sys.stdout.flush()
        raise structlog.DropEvent

    levels = structlog.make_filtering_bound_logger(0)
    return structlog.wrap_logger(structlog.ReturnLogger(), processors=[keep], wrapper_class=levels)


def _errors_in(event: Any) -> list[Any]:
    """The exceptions that a line of the log comes with, as the task's process has put them down."""
    detail = event.get("error_detail")
    return [error for error in detail if isinstance(error, dict)] if isinstance(detail, list) else []
