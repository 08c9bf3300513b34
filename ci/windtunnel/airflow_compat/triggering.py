"""The triggers of deferred tasks, each run to its first event in a process of its own."""

from __future__ import annotations

import os
import pickle
import pkgutil
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import Trigger
from airflow.sdk.execution_time.supervisor import InProcessTestSupervisor
from airflow.utils.session import create_session
from airflow.utils.state import TaskInstanceState
from sqlalchemy import select

from windtunnel.airflow_compat.clock_waits import let_trigger_fire

_NO_EVENT = "Trigger exited without sending an event"


class _Waiting(NamedTuple):
    """A deferred task instance, and its trigger as it is stored.

    The trigger's process is not to ask for that: two that open the database at one time may find it locked.
    """

    trigger_id: int
    task_id: str
    map_index: int
    instance: Any
    classpath: str
    kwargs: str


class Triggers:
    """What a triggerer does for the deferred tasks in the database of this process.

    `enter` is called in each trigger's own process before anything else; `failed` hears of the task whose trigger has
    failed, and of the traceback.
    """

    def __init__(self, folder: Path, enter: Callable[[], None], failed: Callable[[str, int, str], None]) -> None:
        self._folder = folder
        self._enter = enter
        self._failed = failed
        self._at_work: dict[int, _Waiting] = {}

    @property
    def at_work(self) -> int:
        """How many triggers have not ended."""
        return len(self._at_work)

    @property
    def have_begun(self) -> bool:
        """Whether all triggers that are at work have got as far as their own code."""
        return all(self._begun(pid).exists() for pid in self._at_work)

    def attend(self) -> bool:
        """Start the triggers that tasks wait for, and hand on what the others have said; whether any has."""
        known = {waiting.trigger_id for waiting in self._at_work.values()}
        for waiting in _wanted():
            if waiting.trigger_id not in known:
                self._at_work[self._start(waiting)] = waiting
        ended = [pid for pid in self._at_work if os.waitpid(pid, os.WNOHANG)[0]]
        for pid in ended:
            self._hand_on(pid, self._at_work.pop(pid))
        return bool(ended)

    def _start(self, waiting: _Waiting) -> int:
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            self._enter()
            self._begun(os.getpid()).touch()
            said = pickle.dumps(_said(waiting))
            self._file(os.getpid()).write_bytes(said)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def _file(self, pid: int) -> Path:
        return self._folder / f"trigger-{pid}"

    def _begun(self, pid: int) -> Path:
        return self._folder / f"trigger-{pid}.begun"

    def _hand_on(self, pid: int, waiting: _Waiting) -> None:
        file = self._file(pid)
        event, trouble = pickle.loads(file.read_bytes()) if file.exists() else (None, _NO_EVENT)  # noqa: S301
        if event is not None:
            Trigger.submit_event(waiting.trigger_id, event)
        else:
            self._failed(waiting.task_id, waiting.map_index, trouble)
            Trigger.submit_failure(waiting.trigger_id, [trouble])


def _wanted() -> list[_Waiting]:
    columns = (TaskInstance.trigger_id, TaskInstance.task_id, TaskInstance.map_index, TaskInstance.id)
    stored = (Trigger.classpath, Trigger.encrypted_kwargs)
    deferred = (TaskInstance.state == TaskInstanceState.DEFERRED, TaskInstance.trigger_id == Trigger.id)
    with create_session() as session:
        return [_Waiting(*row) for row in session.execute(select(*columns, *stored).where(*deferred))]


def _said(waiting: _Waiting) -> tuple[Any, str]:
    """The first event of the trigger, else None and what was wrong."""
    try:
        trigger = _trigger(waiting)
        if type(trigger).__module__.endswith(".hitl"):  # 3.1 and 3.2: it asks a triggerer what a human has answered
            _wait_for_ever()
        let_trigger_fire(trigger)
        event = InProcessTestSupervisor.run_trigger_in_process(trigger=trigger, ti=SimpleNamespace(id=waiting.instance))
    except Exception as error:  # whatever the user's trigger raises
        return None, "".join(traceback.format_exception(error))
    return event, "" if event is not None else _NO_EVENT


def _wait_for_ever() -> None:
    while True:
        time.sleep(3600)


def _trigger(waiting: _Waiting) -> Any:
    """The trigger made again from what is stored of it, as a triggerer does it."""
    try:
        from airflow.serialization.decoders import smart_decode_trigger_kwargs as decode
    except ImportError:  # 3.1
        from airflow.serialization.serialized_objects import smart_decode_trigger_kwargs as decode
    made = pkgutil.resolve_name(waiting.classpath)
    stored = Trigger._decrypt_kwargs(waiting.kwargs)  # noqa: SLF001
    return made(**{name: decode(value) for name, value in stored.items()})
