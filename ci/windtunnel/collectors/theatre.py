"""Where the runs of one DAG are played one after the other: what one of them leaves behind, the next finds."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from windtunnel.collectors.asset_events import is_by_assets
from windtunnel.collectors.dags import own_folder, settle_in
from windtunnel.collectors.file_uses import FileUses
from windtunnel.collectors.open_databases import OpenDatabases
from windtunnel.collectors.outputs import Row, Snapshot, added_rows, changes, snapshot
from windtunnel.collectors.playback import make_ready
from windtunnel.collectors.recorder import record_drivers
from windtunnel.collectors.run_watch import RunWatch
from windtunnel.collectors.runs import DagRunRequest
from windtunnel.collectors.stale import clock_outputs, dated_outputs, stale_reads
from windtunnel.collectors.tree_keeper import TreeKeeper
from windtunnel.collectors.unfinished import processes_of_run
from windtunnel.collectors.writes import WriteGuard
from windtunnel.facts import ContextFacts, Occasion, OutputFacts, RunEnd, VisitFacts
from windtunnel.worker import Shelf, enter

_TO_TELL = 1.0  # seconds of the time that are kept for telling what was seen
_BACK = timedelta(days=40)  # far enough from today that nobody takes one date for the other
_NEAR = timedelta(days=3)
_SINCE = timedelta(days=366 * 9)  # so that there is a leap day among the dates


class Theatre:
    """Made in a child of the Airflow template, for one request; `facts` is what has been seen so far.

    `before` is what lay there when the last run had ended, `run_id` that of the last run.
    """

    def __init__(self, request: DagRunRequest, facts: ContextFacts, timeout: float) -> None:
        self._deadline = time.monotonic() + max(timeout - _TO_TELL, timeout / 2)
        self._request, self.facts, self.conf = request, facts, request.conf
        self._shelf = Shelf()
        self._own = own_folder()
        request.given.enter()
        self._effects = settle_in(request.file)
        self._effects.allow(request.given.network)
        make_ready(request.given.recording)
        self._databases = OpenDatabases(request.file.root)
        self._recording = record_drivers(self._effects)
        self._uses = FileUses(request.file.root, self._effects)
        self._uses.stores.minds_dates = True
        self._added: dict[tuple[str, str], Counter[Row]] = {}
        self._keeper = TreeKeeper(request.file.root, self._own)
        self._bystanders, self._is_left_alone = processes_of_run(os.getpid()), True
        self.before: Snapshot = {}
        self.run_id = ""
        self.dag: Any = None

    def opens(self) -> bool:
        """Load and store the DAG; False where the file does not hold it any more."""
        from windtunnel.airflow_compat import occasions, running
        from windtunnel.airflow_compat.dagbag import read_dag_file

        file = self._request.file
        guard = WriteGuard(file.root, self._own)
        guard.is_on = True
        self._bag = read_dag_file(file.file, file.dag_folder)
        self.dag = self._bag.dags.get(self._request.dag.dag_id)
        if self.dag is None:
            return False
        others = [read_dag_file(near.file, near.dag_folder) for near in self._request.neighbours]
        occasions.let_live(self.dag, datetime.now(timezone.utc) - _SINCE)
        running.prepare(self._bag, self.dag, file.dag_folder, others, pools=self._request.given.pools)
        guard.is_on = False
        self._keeper.begin()
        self.before = self._snapshot()
        return True

    def closes(self) -> None:
        """Leave the repository as it was before the first run."""
        self._keeper.put_back()

    @property
    def latest(self) -> datetime:
        """The last moment at which the DAG is alive."""
        from windtunnel.airflow_compat.running import living_date

        return living_date(self.dag)

    def some_date(self) -> Any:
        """A run (DatedRun) that is due long before today, if the DAG is as old as that."""
        from windtunnel.airflow_compat import occasions

        moment = self.latest - _BACK
        if (start := self._request.dag.schedule.start) and (begin := datetime.fromisoformat(start)) > moment:
            moment = max(moment, min(begin, self.latest - _NEAR))
        return occasions.run_before(self.dag.dag_id, moment, scheduled=self.facts.scheduled)

    def play_dated(self, run: Any, occasion: Occasion = Occasion.DATED, watch: type[RunWatch] = RunWatch) -> bool:
        """Play a DatedRun; whether it ended well."""
        from windtunnel.airflow_compat import occasions

        return self.play(occasion, lambda: occasions.start_dated(self.dag.dag_id, run, self.conf), run.day, watch)

    def play(
        self, occasion: Occasion, start: Callable[[], str], day: str = "", watch: type[RunWatch] = RunWatch
    ) -> bool:
        """Play the run that `start` makes; whether it ended well."""
        from windtunnel.airflow_compat import running

        visit = VisitFacts(occasion, day)
        self._keep(visit)
        recording = self._request.given.recording
        seen = watch(
            self.dag,
            self._request.file,
            self._effects,
            self._recording,
            self._uses,
            recording,
            databases=self._databases,
        )
        seen.shelf = _Aside(lambda: self._keep(_with(visit, seen)))
        seconds = self._deadline - time.monotonic()
        played = running.play(
            self._bag, self.dag, self.conf, seen, self._own, seconds, start=lambda: self._started(start, occasion)
        )
        seen.settle(played.instances)
        visit = replace(_with(visit, seen), state=played.state, left=played.end, marks=played.marks)
        stale = tuple(stale_reads(self.facts.visit(Occasion.DATED), visit))
        clocked = tuple(clock_outputs(visit, self.facts.today)) if occasion is Occasion.DATED else ()
        visit = replace(visit, stale=stale, dated=tuple(dated_outputs(visit)), clocked=clocked)
        now = self._snapshot(visit)
        self._keep(replace(visit, outputs=tuple(self._steady(changes(self.before, now, self._added), visit))))
        self._added = {key: added_rows(self.before.get(key), output) for key, output in now.items()}
        self.before = now
        return played.state == "success" and played.end is RunEnd.FINISHED

    def _steady(self, outputs: Iterable[OutputFacts], visit: VisitFacts) -> Iterator[OutputFacts]:
        """Those that nobody was left at work on: how far he had come would tell nothing of the task."""
        self._is_left_alone = self._is_left_alone and processes_of_run(os.getpid()) <= self._bystanders
        if self._is_left_alone:
            undone = {use.path for known in (*self.facts.visits, visit) for use in known.uses if use.undone}
            yield from (output for output in outputs if output.path not in undone)

    @property
    def seconds(self) -> float:
        """What is left of its time."""
        return self._deadline - time.monotonic()

    @property
    def folders(self) -> tuple[str, ...]:
        """Where its runs write if they are not told where."""
        return str(self._own / "cwd"), str(self._own / "tmp")

    def forget(self) -> None:
        """The last run is not wanted among the facts."""
        self.facts = replace(self.facts, visits=self.facts.visits[:-1])

    def rename(self, occasion: Occasion) -> None:
        """Give the last run another occasion."""
        *others, last = self.facts.visits
        self.facts = replace(self.facts, visits=(*others, replace(last, occasion=occasion)))

    def _started(self, start: Callable[[], str], occasion: Occasion) -> str:
        from windtunnel.airflow_compat.asset_events import give_events

        self.run_id = start()
        if occasion is Occasion.BY_ASSET or is_by_assets(self._request.dag):
            give_events(self.dag.dag_id, self.run_id, self.facts.plain.heard)
        return self.run_id

    def _snapshot(self, *visits: VisitFacts) -> Snapshot:
        uses = [*self.facts.plain.uses, *(use for visit in (*self.facts.visits, *visits) for use in visit.uses)]
        files = [use.path for use in uses if use.writes]
        return snapshot([self._own / "cwd", self._own / "tmp"], files)

    def _keep(self, visit: VisitFacts) -> None:
        done = [known for known in self.facts.visits if known.state]
        self.facts = replace(self.facts, visits=(*done, visit))
        self._shelf.keep(self.facts)


def _with(visit: VisitFacts, watch: RunWatch) -> VisitFacts:
    seen = watch.facts()
    return replace(visit, tasks=seen.tasks, uses=seen.uses)


class _Aside:
    """A shelf on which not the run is put, but all that was seen of the context."""

    def __init__(self, keep: Callable[[], None]) -> None:
        self._keep = keep

    def keep(self, _: object) -> None:
        """Put everything aside."""
        self._keep()


class Killing(RunWatch):
    """Tasks that write are killed at their first attempt: before their second file or commit, or when all is done."""

    _victims: Collection[str] = ()

    @classmethod
    def of(cls, victims: Collection[str]) -> type[Killing]:
        """The kind that kills these tasks."""
        return type("Killing", (cls,), {"_victims": victims})

    def enter_attempt(self, key: Any, briefing: Any) -> None:
        super().enter_attempt(key, briefing)
        self._is_doomed = key.number == 1 and key.task_id in self._victims
        self._written = self._committed = 0

    def task_started(self, task: Any) -> None:
        super().task_started(task)
        if self._is_doomed:
            self._uses.on_write = self._before_a_file
            if self._databases is not None:
                self._databases.on_commit = self._before_a_commit
            task.execute = _then(task.execute, _die)

    def _before_a_file(self) -> None:
        self._written += 1
        if self._written > 1:
            _die()

    def _before_a_commit(self) -> None:
        self._committed += 1
        if self._committed > 1:
            _die()


def _then(work: Callable[..., Any], end: Callable[[], None]) -> Callable[..., Any]:
    def execute(*arguments: Any, **options: Any) -> Any:
        work(*arguments, **options)
        end()

    return execute


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Elsewhere(RunWatch):
    """Each attempt has a working and a temporary folder of its own, and no other finds what it has left there."""

    def enter_attempt(self, key: Any, briefing: Any) -> None:
        super().enter_attempt(key, briefing)
        enter(self._machine(key))

    def attempt_ended(self, key: Any, code: int, lines: tuple[str, ...]) -> None:
        known = len(self._opened)
        super().attempt_ended(key, code, lines)
        shutil.rmtree(self._machine(key), ignore_errors=True)
        for use in self._opened[known:]:
            if use.whole and use.fleeting:
                with contextlib.suppress(OSError):
                    Path(use.path).unlink()

    def _machine(self, key: Any) -> Path:
        return self._folder / f"{self._numbers[key]}.machine"
