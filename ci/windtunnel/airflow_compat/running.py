"""One run of one DAG: Airflow's own scheduler, task supervisor and triggers, in this process and its children."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from windtunnel.airflow_compat.environment import BUNDLE, bundle_variable
from windtunnel.airflow_compat.listening import Observer
from windtunnel.facts import AssetEventFacts, RunEnd

_FINISHED = ("success", "failed")
_ENDED = ("success", "failed", "skipped", "upstream_failed", "removed")
_PAUSE = 0.02  # seconds between two looks at what only time can move
QUIET = 4.0  # seconds in which nothing but waiting tasks is at work, after which a run is taken to wait for the outside


def prepare(
    bag: Any,
    dag: Any,
    dag_folder: Path,
    others: Iterable[Any] = (),
    date: str = "",
    pools: Mapping[str, int] | None = None,
) -> None:
    """Store the DAGs of the bag, and of other bags, in the database, once, with the waiting taken out of `dag`.

    A DAG that cannot be serialized would make the sync of all of them fail, so such neighbours are left out. The DAG is
    alive now, and at the `date` that its run is wanted for. Of `pools` the slots are known.
    """
    from windtunnel.airflow_compat.dagbag import store

    _bring_to_life(dag, date)
    for task in dag.tasks:
        stop_waiting(task)
    for other in others:
        bag.dags.update({dag_id: found for dag_id, found in other.dags.items() if dag_id not in bag.dags})
    for neighbour in list(bag.dags.values()):
        if neighbour is not dag and store(neighbour).reason:
            del bag.dags[neighbour.dag_id]
    os.environ.update(bundle_variable(dag_folder))
    from airflow.dag_processing.bundles.manager import DagBundlesManager

    from windtunnel.airflow_compat.scheduling import make_pools

    try:
        from airflow.dag_processing.dagbag import sync_bag_to_db
    except ImportError:  # 3.1
        from airflow.models.dagbag import sync_bag_to_db
    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(bag, BUNDLE, None)
    make_pools({task.pool for stored in bag.dags.values() for task in stored.tasks}, pools or {})


def _bring_to_life(dag: Any, date: str = "") -> None:
    """Let the DAG and its tasks start now at the latest: no scheduler runs what starts in the future.

    Whoever names a date wants the run of that date, also where the DAG was to begin later or to have ended.
    """
    wanted = _moment(date)
    since = min(filter(None, (datetime.now(timezone.utc), wanted)))
    for one in (dag, *dag.tasks):
        options = getattr(one, "partial_kwargs", None) if one is not dag else None
        if options is not None and (start := options.get("start_date")):
            options["start_date"] = min(start, since)
        elif options is None and one.start_date:
            one.start_date = min(one.start_date, since)
        if options is not None and (end := options.get("end_date")):
            options["end_date"] = max(end, wanted or end)
        elif options is None and one.end_date:
            one.end_date = max(one.end_date, wanted or one.end_date)


def _moment(date: str) -> datetime | None:
    return datetime.fromisoformat(date) if date else None


def stop_waiting(task: Any) -> None:
    """The same attempts with no pause between them, and a sensor that asks again almost at once."""
    pauses = {"retry_delay": timedelta(0), "retry_exponential_backoff": False, "poke_interval": 0.05}
    if (partial := getattr(task, "partial_kwargs", None)) is not None:
        partial.update({name: pause for name, pause in pauses.items() if name in partial})
        if partial.get("retries"):
            partial["retry_delay"] = timedelta(0)
        return
    for name, pause in pauses.items():
        if hasattr(task, name):
            setattr(task, name, pause)


class Stage(Observer, Protocol):
    """Who is told of everything in a run, in the process of the run and in those of its tasks.

    The methods that `attempts.Stage` has, and these.
    """

    def attempt_begins(self, key: Any) -> None:
        """See attempts.Stage."""

    def briefing(self, key: Any) -> Any:
        """See attempts.Stage."""

    def enter_attempt(self, key: Any, briefing: Any) -> None:
        """See attempts.Stage."""

    def leave_attempt(self, key: Any) -> None:
        """See attempts.Stage."""

    def attempt_ended(self, key: Any, code: int, lines: tuple[str, ...]) -> None:
        """See attempts.Stage."""

    def enter_trigger(self) -> None:
        """In a trigger's own process, before it runs."""

    def trigger_failed(self, task_id: str, map_index: int, text: str) -> None:
        """A trigger has ended with this traceback, or without an event."""

    def left_at_work(self, processes: Mapping[Any, int]) -> None:
        """These attempts (key and pid) are at work, and the time of the run is over."""

    def call_back(self, bag: Any, requests: Sequence[Any]) -> None:
        """The scheduler wants these callbacks called, of the DAG or of tasks whose processes were ended."""

    def waits(self, task_id: str) -> bool:
        """Whether the task is of a kind that waits for something."""

    def has_begun(self, key: Any) -> bool:
        """Whether the task's own code is at work in the attempt: on a busy machine it may take long to get there."""

    def patience(self, task_id: str) -> float:
        """The seconds after which the task gives up waiting by itself."""


@dataclass(frozen=True, slots=True)
class Played:
    """A run that was played: its state in Airflow's word, how it was left, and the texts that belong to it alone.

    `instances` are (task_id, map_index, state or "", attempts, seconds), as stored; a task that nobody heard the end of
    because the run was cut off is running. `events` are those of assets that its tasks have made.
    """

    state: str
    end: RunEnd
    marks: tuple[str, ...]
    instances: tuple[tuple[str, int, str, int, float], ...]
    events: tuple[AssetEventFacts, ...] = ()


def play(
    bag: Any,
    dag: Any,
    conf: Mapping[str, Any],
    stage: Stage,
    folder: Path,
    seconds: float,
    date: str = "",
    start: Callable[[], str] | None = None,
) -> Played:
    """Run the DAG once, for the `date` that is wanted or else the nearest at which it is alive, for `seconds` at most.

    `start` makes another run instead, and tells its run_id. Raises what Airflow raises where it does not start the run:
    a required param without a value, for one.
    """
    from windtunnel.airflow_compat.asset_events import events_of
    from windtunnel.airflow_compat.attempts import Attempts, nursery_of
    from windtunnel.airflow_compat.awaited import provide_awaited_runs
    from windtunnel.airflow_compat.nursery import NurseryLost
    from windtunnel.airflow_compat.scheduling import Scheduler, create_run, dates_of, state_of, task_instances
    from windtunnel.airflow_compat.triggering import Triggers

    logical_date = _moment(date) or living_date(dag)
    run_id = start() if start else create_run(dag.dag_id, logical_date, conf)
    provide_awaited_runs(dag, next(iter(dates_of(dag.dag_id, run_id)), logical_date))
    triggers = Triggers(folder, stage.enter_trigger, stage.trigger_failed)
    limit = _seconds(dag.dagrun_timeout) if dag.dagrun_timeout else float("inf")
    run = _Run(lambda: state_of(dag.dag_id, run_id), limit)
    with closing(nursery_of(stage)) as nursery:
        attempts = Attempts(stage, nursery)
        loop = _Loop(Scheduler(attempts), attempts, triggers, stage, run)
        try:
            end = loop.until(time.monotonic() + seconds)
        except NurseryLost:
            end = RunEnd.CUT_OFF
    if end is RunEnd.OUT_OF_TIME:
        stage.left_at_work(attempts.processes)
    if attempts.requests:
        stage.call_back(bag, attempts.requests)
    lost = {(key.task_id, key.map_index) for key in attempts.processes} if end is RunEnd.CUT_OFF else ()
    return Played(
        state_of(dag.dag_id, run_id),
        end,
        tuple(_marks(run_id, dates_of(dag.dag_id, run_id))),
        tuple(
            (task_id, index, "running" if (task_id, index) in lost else state, tries, taken)
            for task_id, index, state, tries, taken in task_instances(dag.dag_id, run_id)
        ),
        events_of(dag.dag_id, run_id),
    )


def by_events(dag: Any, conf: Mapping[str, Any], date: str, heard: Iterable[AssetEventFacts]) -> Callable[[], str]:
    """What starts the run that would be made by itself, as one that these events of assets start."""

    def start() -> str:
        from windtunnel.airflow_compat.asset_events import give_events
        from windtunnel.airflow_compat.scheduling import create_run

        run_id = create_run(dag.dag_id, _moment(date) or living_date(dag), conf)
        give_events(dag.dag_id, run_id, heard)
        return run_id

    return start


class _Run(NamedTuple):
    """The state of the run that is played, and the seconds after which Airflow ends it."""

    state: Callable[[], str]
    limit: float


class _Loop:
    """The decisions of the scheduler, taken when something has happened and not by the clock."""

    def __init__(self, scheduler: Any, attempts: Any, triggers: Any, stage: Stage, run: _Run) -> None:
        self._scheduler, self._attempts, self._triggers, self._stage = scheduler, attempts, triggers, stage
        self._state = run.state
        self._run_limit = time.monotonic() + run.limit
        self._latest_deed = time.monotonic()
        self._seen: dict[tuple[str, str], str] = {}

    def until(self, deadline: float) -> RunEnd:
        """Go on until the run has ended, or nothing more is to be expected of it."""
        while True:
            queued = self._scheduler.decide()
            if self._state() in _FINISHED:
                return RunEnd.FINISHED
            if time.monotonic() >= deadline:
                return RunEnd.WAITING if self._only_waits() else RunEnd.OUT_OF_TIME
            if not self._go_on(queued):
                return RunEnd.STUCK
            if self._waits_in_vain(deadline):
                return RunEnd.WAITING

    def _go_on(self, queued: int) -> bool:
        """Let something happen; False where nothing ever will."""
        has_heard = self._triggers.attend()
        if self._attempts.processes:
            has_heard |= self._attempts.wait(_PAUSE if self._triggers.at_work else _PAUSE * 10)
            self._scheduler.hear()
        elif not queued and not has_heard and self._scheduler.states() == self._seen:
            if not self._scheduler.awaited():
                return False
            time.sleep(_PAUSE)
        if not has_heard:
            self._scheduler.end_overdue()
        return True

    def _waits_in_vain(self, deadline: float) -> bool:
        """Whether all that is left waits for the outside, and will not give up in the time that there is."""
        now, seen, self._seen = time.monotonic(), self._seen, self._scheduler.states()
        moved = {(task, state) for (task, _), state in self._seen.items() - seen.items()}
        is_quiet = all(self._stage.waits(task) and not state.startswith(_ENDED) for task, state in moved)
        if not (is_quiet and self._only_waits() and self._triggers.have_begun):
            self._latest_deed = now
        if now - self._latest_deed < QUIET or self._run_limit < deadline:
            return False
        awaited = self._scheduler.awaited()
        waiting = {key.task_id for key in self._attempts.processes} | set(awaited)
        patience = [min(self._stage.patience(task), awaited.get(task, float("inf"))) for task in waiting]
        return bool(patience) and min(patience) > deadline - now

    def _only_waits(self) -> bool:
        """Whether no task is at work but such as wait by their kind, and have begun to."""
        return all(self._stage.waits(key.task_id) and self._stage.has_begun(key) for key in self._attempts.processes)


def living_date(dag: Any) -> datetime:
    """Now, or the last date at which the DAG and all of its tasks are alive."""
    now = datetime.now(timezone.utc)
    living: datetime = min([now, *(one.end_date for one in (dag, *dag.tasks) if one.end_date)])
    return living


def _marks(run_id: str, dates: Iterable[datetime]) -> Iterator[str]:
    """The texts by which people keep the outputs of runs apart: the run_id, and the date however it is written."""
    yield run_id
    for date in dates:
        yield from (date.strftime(form) for form in ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y_%m_%d"))


def runs_at_a_time(dag: Any) -> int:
    """How many runs of the DAG the scheduler may have at work at one time when it catches up."""
    waits_for_its_past = any(getattr(task, "depends_on_past", False) for task in dag.tasks)
    return 1 if waits_for_its_past or not dag.catchup else int(dag.max_active_runs)


def upstream_of(task: Any) -> set[str]:
    """The ids of all tasks that a task waits for, near and far."""
    ids: set[str] = task.get_flat_relative_ids(upstream=True)
    return ids


def patience_of(task: Any) -> float:
    """The seconds after which a task that waits gives up by itself; infinite where it does not."""
    options = getattr(task, "partial_kwargs", None) or vars(task)
    limits = (options.get("timeout"), options.get("execution_timeout"))
    return min((_seconds(limit) for limit in limits if limit is not None), default=float("inf"))


def _seconds(limit: Any) -> float:
    return float(limit.total_seconds() if isinstance(limit, timedelta) else limit)
