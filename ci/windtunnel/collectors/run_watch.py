"""What is seen of one run: in the process of the run, where its facts come together, and in those of its attempts."""

from __future__ import annotations

import os
import signal
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, Protocol

from windtunnel.collectors.attempt_watch import AttemptWatch, Seen
from windtunnel.collectors.canaries import Canaries
from windtunnel.collectors.dags import DagFile, dag_location, own_folder, task_location
from windtunnel.collectors.effects import Effects
from windtunnel.collectors.failures import failure_facts, is_users, relative
from windtunnel.collectors.file_uses import FileUses
from windtunnel.collectors.needs import need_in_text, need_of
from windtunnel.collectors.open_databases import OpenDatabases
from windtunnel.collectors.recorder import Recording
from windtunnel.collectors.shared_places import GaveWay
from windtunnel.collectors.source import SourceIndex
from windtunnel.collectors.whole_data import before_and_now, with_leaks
from windtunnel.facts import (
    AttemptFacts,
    CallbackFacts,
    DriverFacts,
    End,
    FailureFacts,
    FileUseFacts,
    FlowFacts,
    ForcedFacts,
    LoadFacts,
    OverwriteFacts,
    ProcessFacts,
    RunFacts,
    SaveFacts,
    TaskRunFacts,
    UncommittedFacts,
)
from windtunnel.findings import Location
from windtunnel.pool import death_of, facts_in, stack_in
from windtunnel.worker import OUT_OF_MEMORY, SHOW_STACK, Shelf, put, tell_stack

_STACK_GRACE = 0.5  # seconds in which a process may write where it stands


class Keeper(Protocol):
    """Who keeps what was seen so far safe outside this process."""

    def keep(self, value: object) -> None:
        """Put it in the place of what was kept before."""


class RunWatch:
    """One run so far, kept safe outside the process each time that an attempt begins or ends.

    The attempts' own processes have a copy of it, as it was before the run, and are told what has come about since.
    There it sees what the task does, and puts that down in a file; here it is taken up when the attempt has ended.
    """

    def __init__(
        self,
        dag: Any,
        file: DagFile,
        effects: Effects,
        recording: Recording,
        uses: FileUses,
        responses: str = "",
        forced: tuple[ForcedFacts, ...] = (),
        databases: OpenDatabases | None = None,
    ) -> None:
        self._dag, self._file, self._effects, self._recording, self._uses = dag, file, effects, recording, uses
        self._responses = responses
        self._forced = forced
        self._databases = databases
        self._uncommitted: list[UncommittedFacts] = []
        self._flows = FlowFacts(dag.dag_id)
        self._index = SourceIndex.of(file.file)
        self._canaries = Canaries.of(os.environ)
        self._tasks: dict[tuple[str, int], TaskRunFacts] = {}
        self._drivers: list[DriverFacts] = []
        self._saves: list[SaveFacts] = []
        self._kept: dict[str, Path] = {}
        self._loads: list[LoadFacts] = []
        self._callbacks: list[CallbackFacts] = []
        self._recorded: list[str] = []
        self._opened: list[FileUseFacts] = []
        self._overwrites: list[OverwriteFacts] = []
        self._refused: dict[str, list[tuple[str, Location | None]]] = defaultdict(list)
        self._bad_triggers: dict[tuple[str, int], str] = {}
        self.shelf: Keeper = Shelf()
        self._folder = Path(tempfile.mkdtemp(prefix="attempts-", dir=own_folder()))
        self._numbers: dict[Any, int] = {}
        self._begun = 0
        self._process = os.getpid()
        self._attempt: AttemptWatch
        self._here: Any = None
        self.failure: FailureFacts | None = None

    def facts(self) -> RunFacts:
        """The run as far as it has been seen."""
        from windtunnel.airflow_compat import running

        return RunFacts(
            dag_id=self._dag.dag_id,
            location=dag_location(self._dag, self._file, self._index),
            process=ProcessFacts(End.COMPLETED),
            tasks=tuple(self._tasks.values()),
            drivers=tuple(self._drivers),
            saves=tuple(self._saves),
            loads=tuple(self._loads),
            callbacks=tuple(self._callbacks),
            recorded=tuple(self._recorded),
            uses=tuple(self._opened),
            overwrites=tuple(self._overwrites),
            uncommitted=tuple(self._uncommitted),
            flows=self._flows,
            failure=self.failure,
            beside=running.runs_at_a_time(self._dag),
        )

    # In the process of the run

    def attempt_begins(self, key: Any) -> None:
        self._begun += 1
        self._numbers[key] = self._begun  # a task that was deferred goes on in another process, under the same key
        if key.dag_id == self._dag.dag_id:
            self._note(key.task_id, key.map_index, state="running", tries=key.number)
            self.shelf.keep(self.facts())

    def attempt_ended(self, key: Any, code: int, lines: tuple[str, ...]) -> None:
        if key.dag_id != self._dag.dag_id:
            return
        if self._uses.has_given_way:
            raise GaveWay
        done = self._told_by(key) or AttemptFacts()
        if not done.state and (code or not self._file_of(key).exists()):
            done = replace(done, state="failed", failure=self._death(key, code, lines))
        data = with_leaks(
            before_and_now(self._tasks.get((key.task_id, key.map_index)), key, done.data), lines, self._canaries
        )
        log = tuple(map(self._canaries.without, lines))
        seen = {"failure": done.failure, "log": log, "data": data, "refused": done.refused}
        self._note(key.task_id, key.map_index, state=done.state or "deferred", **seen)
        self._refused[key.task_id] += done.refused
        self._drivers += done.drivers
        self._saves += done.saves
        self._kept.update({left.path: self._file_of(key) for left in done.kept})
        self._loads += done.loads
        self._callbacks += done.callbacks
        self._recorded += done.recorded
        self._opened += done.uses
        self._overwrites += done.overwrites
        self._uncommitted += done.uncommitted
        self._flows = self._flows.with_those(done.flows)
        self.shelf.keep(self.facts())

    def trigger_failed(self, task_id: str, map_index: int, text: str) -> None:
        self._bad_triggers[task_id, map_index] = text

    def call_back(self, bag: Any, requests: Sequence[Any]) -> None:
        """Have the DAG's own callbacks called, in a process of their own, and hear what becomes of them."""
        told, pid = self._folder / "callbacks", os.fork()
        if not pid:
            self._call_back(bag, requests, told)
        os.waitpid(pid, 0)
        facts: tuple[CallbackFacts, ...] | None = facts_in(told.read_bytes()) if told.exists() else None
        self._callbacks += facts or ()

    def _call_back(self, bag: Any, requests: Sequence[Any], told: Path) -> NoReturn:
        from windtunnel.airflow_compat.callbacks import call_for_dag

        called: list[CallbackFacts] = []

        def heard(task_id: str, kind: str, name: str, error: BaseException | None) -> None:
            failure = None if error is None else failure_facts(error, self._file.root, need_of(error))
            called.append(CallbackFacts(task_id, kind, name, failure))
            put(told, tuple(called))

        try:
            call_for_dag(bag, requests, heard)
        except BaseException:  # of this process nothing more is wanted
            traceback.print_exc()
        os._exit(0)

    def waits(self, task_id: str) -> bool:
        from windtunnel.airflow_compat.dagbag import may_wait

        return task_id in self._dag.task_dict and may_wait(self._dag.get_task(task_id))

    def has_begun(self, key: Any) -> bool:
        return self._begun_of(key).exists()

    def patience(self, task_id: str) -> float:
        from windtunnel.airflow_compat.running import patience_of

        return patience_of(self._dag.get_task(task_id)) if task_id in self._dag.task_dict else float("inf")

    def settle(self, stored: Iterable[tuple[str, int, str, int, float]]) -> None:
        """Take the states of the task instances as Airflow has stored them."""
        for task_id, map_index, state, tries, seconds in stored:
            self._note(task_id, map_index, state=state, tries=tries, seconds=seconds)

    def left_at_work(self, processes: Mapping[Any, int]) -> None:
        for key, pid in processes.items():
            if self.failure is None and key.dag_id == self._dag.dag_id:
                os.kill(pid, SHOW_STACK)
                self.failure = self._stuck(key)

    def _stuck(self, key: Any) -> FailureFacts | None:
        """Where the user's code stands in an attempt, which has just been asked."""
        give_up = time.monotonic() + _STACK_GRACE
        while not (location := self._users_line(key)) and time.monotonic() < give_up:
            time.sleep(0.02)
        return FailureFacts("Timeout", "", location, str(location)) if location else None

    def _users_line(self, key: Any) -> Location | None:
        """The innermost line of the user's in the stack that the attempt's process has written."""
        file, root = self._stack_of(key), self._file.root
        stack = stack_in(file.read_text("utf-8", "replace")) if file.exists() else ()
        return next((Location(relative(name, root), line) for name, line, _ in stack if is_users(name, root)), None)

    def _file_of(self, key: Any) -> Path:
        return self._folder / str(self._numbers[key])

    def _begun_of(self, key: Any) -> Path:
        return self._folder / f"{self._numbers[key]}.begun"

    def _stack_of(self, key: Any) -> Path:
        return self._folder / f"{self._numbers[key]}.stack"

    def _told_by(self, key: Any) -> AttemptFacts | None:
        file = self._file_of(key)
        told: AttemptFacts | None = facts_in(file.read_bytes()) if file.exists() else None
        return told

    def _death(self, key: Any, code: int, lines: tuple[str, ...]) -> FailureFacts:
        """Of an attempt that could not tell: somebody ended its process, or Airflow did not come to the task's end."""
        death = self._short_of_memory(code) or death_of(code) or "ended before its work was done"
        log = "\n".join(lines)
        return FailureFacts("", f"its process {death}", self._users_line(key), log, need_in_text(log, ()))

    def _short_of_memory(self, code: int) -> str:
        """What the supervisor has put down where it was it that killed an attempt."""
        note = self._folder.parent / OUT_OF_MEMORY
        if code != -signal.SIGKILL or not note.exists():
            return ""
        told = str(facts_in(note.read_bytes()))
        note.unlink()
        return told

    # In the process of an attempt, which has a copy of all this

    def briefing(self, key: Any) -> Any:
        return self._numbers[key], dict(self._refused), self._bad_triggers, self._kept

    def enter_attempt(self, key: Any, briefing: Any) -> None:
        self._numbers[key], self._refused, self._bad_triggers, self._kept = briefing
        tell_stack(self._stack_of(key))
        self._here = key
        told = self._file_of(key) if key.dag_id == self._dag.dag_id else None
        seen = Seen(
            self._dag,
            self._file,
            self._effects,
            self._recording,
            self._uses,
            self._refused,
            self._bad_triggers,
            self._canaries,
            self._responses,
            self._forced,
            self._kept,
            self._databases,
        )
        self._attempt = AttemptWatch(key, seen, told, run_process=self._process)

    def enter_trigger(self) -> None:
        self._effects.forget_refused()

    def task_started(self, task: Any) -> None:
        self._attempt.task_started(task)
        begun = self._begun_of(self._here).touch
        # A sensor does not wait for as long as its first look takes; one with an execute of its own may never look.
        if type(task).execute.__qualname__.startswith("BaseSensorOperator."):
            task.poke = _telling(task.poke, begun)
        else:
            begun()

    def task_ended(self, state: str, error: BaseException | None) -> None:
        self._attempt.task_ended(state, error)

    def leave_attempt(self, key: Any) -> None:  # noqa: ARG002
        self._attempt.leave()

    def _note(self, task_id: str, map_index: int, **seen: Any) -> None:
        known = self._tasks.get((task_id, map_index)) or self._unseen(task_id, map_index)
        self._tasks[task_id, map_index] = replace(known, **seen)

    def _unseen(self, task_id: str, map_index: int) -> TaskRunFacts:
        from windtunnel.airflow_compat.dagbag import may_wait
        from windtunnel.airflow_compat.running import upstream_of
        from windtunnel.airflow_compat.tasks import wiring_of

        task = self._dag.get_task(task_id)
        return TaskRunFacts(
            dag_id=self._dag.dag_id,
            task_id=task_id,
            map_index=map_index,
            state="",
            location=task_location(task, self._dag, self._file, self._index),
            waits=may_wait(task),
            upstream=tuple(sorted(upstream_of(task))),
            **wiring_of(task),
        )


def _telling(look: Callable[..., Any], told: Callable[[], object]) -> Callable[..., Any]:
    def poke(*arguments: Any, **options: Any) -> Any:
        try:
            return look(*arguments, **options)
        finally:
            told()

    return poke
