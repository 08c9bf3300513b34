"""The attempts of tasks, each in a process of its own: an executor that supervises all of them in this process."""

from __future__ import annotations

import logging
import os
import selectors
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from airflow.executors.base_executor import BaseExecutor
from airflow.sdk.execution_time import supervisor
from airflow.sdk.execution_time.comms import SetRenderedFields
from airflow.utils.state import TaskInstanceState

from windtunnel.airflow_compat.execution_api import client
from windtunnel.airflow_compat.templates import redacted

_LAST_LINES = 30
_TICK = 0.5  # seconds; where the kernel does not tell that a process has ended (it does on Linux), the pause to look
_LOOK = 0.02
_LEVEL = "AIRFLOW__LOGGING__LOGGING_LEVEL"


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

    def enter_attempt(self, key: AttemptKey) -> None:
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
    end: int  # a descriptor that becomes readable when the process has ended; -1 where there is no such thing


class Attempts(BaseExecutor):
    """Where the scheduler sends its tasks: each is run by Airflow's own supervisor, in a process forked from here."""

    is_local = True

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage
        self._client = client()
        self._at_work: dict[int, _Attempt] = {}
        self._events = selectors.DefaultSelector()
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
        os.environ[_LEVEL] = "INFO"  # what the user's code logs is wanted, what Airflow's scheduler does is not
        try:
            process = _Supervisor.start(
                what=instance,
                dag_rel_path=workload.dag_rel_path,
                bundle_info=workload.bundle_info,
                client=self._client,
                logger=_logger(key, lines),
                subprocess_logs_to_stdout=False,
                target=self._target(key),
            )
        except Exception as refusal:  # the API may refuse to start it
            lines.append(str(refusal))
            self._stage.attempt_ended(key, 1, tuple(lines))
            self.change_state(instance.key, TaskInstanceState.FAILED)
            return
        finally:
            os.environ[_LEVEL] = "WARNING"
        end = os.pidfd_open(process.pid) if hasattr(os, "pidfd_open") else -1
        self._at_work[process.pid] = _Attempt(key, instance.key, process, lines, end)
        self._events.register(process.selector.fileno(), selectors.EVENT_READ, process.pid)
        if end >= 0:
            self._events.register(end, selectors.EVENT_READ, process.pid)

    def _target(self, key: AttemptKey) -> Callable[[], None]:
        def run() -> None:
            self._stage.enter_attempt(key)
            try:
                supervisor._subprocess_main()  # noqa: SLF001  what `start` runs by itself
            finally:
                self._stage.leave_attempt(key)

        return run

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
        pause = _TICK if hasattr(os, "pidfd_open") else _LOOK
        ready = self._events.select(min(pause, max(_LOOK, give_up - time.monotonic())))
        for pid in {key.data for key, _ in ready} or set(self._at_work):
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
        if attempt.end >= 0:
            self._events.unregister(attempt.end)
            os.close(attempt.end)
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


class _Supervisor(supervisor.ActivitySubprocess):
    """Airflow's own, but for two things that nobody sees here.

    It hands on all that a task prints, whatever the level of this process's own log, and it does not store the rendered
    fields, which only the user interface reads, and which take a tenth of the time of a small task.
    """

    def _handle_request(self, msg: Any, log: Any, req_id: int) -> None:
        if isinstance(msg, SetRenderedFields):
            self.send_msg(None, request_id=req_id)
        else:
            super()._handle_request(msg, log, req_id)

    def _create_log_forwarder(self, _loggers: Any, name: str, log_level: int = logging.INFO, **more: Any) -> Any:
        lines = supervisor.forward_to_log((self.process_log,), logger=name, level=log_level)
        return supervisor.make_buffered_socket_reader(lines, on_close=self._on_socket_closed, **more)


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
