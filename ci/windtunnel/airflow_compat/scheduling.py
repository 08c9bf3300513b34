"""Airflow's own scheduler, one decision at a time, over the runs in the database of this process."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from airflow.jobs.job import Job
from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
from airflow.models.dag import DagModel
from airflow.models.dagbag import DBDagBag
from airflow.models.dagrun import DagRun
from airflow.models.pool import Pool
from airflow.models.taskinstance import TaskInstance
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from sqlalchemy import select, update

from windtunnel.airflow_compat.attempts import Attempts

# SQLite's clock has whole seconds: a run that is due now would be due in a second.
_SOON_ENOUGH = timedelta(seconds=2)
_MOVED_BY_TIME = ("up_for_retry", "up_for_reschedule", "deferred", "awaiting_input")


def create_run(dag_id: str, date: datetime | None, conf: Mapping[str, Any]) -> str:
    """The run_id of a manual run of a stored DAG that waits to be started. Raises what Airflow does for bad params."""
    now = datetime.now(timezone.utc)
    with create_session() as session:
        session.execute(update(DagModel).values(is_paused=False, next_dagrun_create_after=None))
        dag = DBDagBag().get_latest_version_of_dag(dag_id, session=session)
        interval = dag.timetable.infer_manual_data_interval(run_after=date) if date else None
        run_id: str = DagRun.generate_run_id(run_type=DagRunType.MANUAL, logical_date=date, run_after=now)
        dag.create_dagrun(
            run_id=run_id,
            logical_date=date,
            data_interval=interval,
            run_after=now - _SOON_ENOUGH,
            conf=dict(conf) or None,
            run_type=DagRunType.MANUAL,
            triggered_by=DagRunTriggeredByType.TEST,
            state=DagRunState.QUEUED,
            session=session,
        )
    return run_id


def make_pools(names: Collection[str], slots: Mapping[str, int]) -> None:
    """Let there be pools of these names: with the slots that are known, else as large as the default pool is."""
    with create_session() as session:
        known = set(session.scalars(select(Pool.pool)))
        for name, number in slots.items():
            session.execute(update(Pool).where(Pool.pool == name).values(slots=number))
        missing = sorted({*names, *slots} - known)
        session.add_all(Pool(pool=name, slots=slots.get(name, 128), include_deferred=False) for name in missing)


class Scheduler:
    """What a scheduler decides about the runs that there are. It makes none by schedules of its own."""

    def __init__(self, executor: Attempts) -> None:
        self._executor = executor
        # 3.1 takes the executor from the job
        job = Job(executor=executor) if "executor" in inspect.signature(Job.__init__).parameters else Job()
        job.id = executor.job_id = 1
        understood = inspect.signature(SchedulerJobRunner.__init__).parameters
        options = {"executors": [executor]} if "executors" in understood else {}
        self._runner = SchedulerJobRunner(job, **options)
        self._runner._scheduler_use_job_schedule = False  # noqa: SLF001
        self._runner._create_dagruns_for_dags  # noqa: B018, SLF001  fail here, and loudly, if Airflow has moved it
        self._runner._create_dagruns_for_dags = lambda *_, **__: None  # noqa: SLF001  3.1 has no such switch

    def decide(self) -> int:
        """Look at all runs once: how many tasks were sent to the executor."""
        with create_session() as session:
            queued: int = self._runner._do_scheduling(session)  # noqa: SLF001
            session.expunge_all()
        self._executor.heartbeat()
        return queued

    def hear(self) -> None:
        """Take note of what the executor could not tell the API: tasks that have ended without a word."""
        if self._executor.event_buffer:
            with create_session() as session:
                self._runner._process_executor_events(executor=self._executor, session=session)  # noqa: SLF001

    def end_overdue(self) -> None:
        """Let the tasks go on whose time is over: to be deferred, or to be answered by a human."""
        self._runner.check_trigger_timeouts()
        if hasattr(self._runner, "check_awaiting_input_timeouts"):  # 3.3
            self._runner.check_awaiting_input_timeouts()

    def awaited(self) -> dict[str, float]:
        """The tasks that only time can move, and the seconds in which they will go on by themselves, or infinity.

        They are up for another attempt, their triggers have said nothing, or a human has not.
        """
        columns, now = (TaskInstance.task_id, TaskInstance.trigger_timeout), datetime.now(timezone.utc)
        with create_session() as session:
            rows = session.execute(select(*columns).where(TaskInstance.state.in_(_MOVED_BY_TIME))).all()
        return {task: (limit - now).total_seconds() if limit else float("inf") for task, limit in rows}

    def states(self) -> dict[tuple[str, str], str]:
        """The states of all runs, by ("", id), and of all task instances, by (task_id, id), each with its attempt."""
        columns = (TaskInstance.task_id, TaskInstance.id, TaskInstance.state, TaskInstance.try_number)
        with create_session() as session:
            runs = {("", str(key)): str(state) for key, state in session.execute(select(DagRun.id, DagRun.state))}
            tasks = session.execute(select(*columns)).all()
        return runs | {(task_id, str(key)): f"{state} {number}" for task_id, key, state, number in tasks}


def state_of(dag_id: str, run_id: str) -> str:
    """The state of a run, in Airflow's word."""
    with create_session() as session:
        return _word(session.scalar(select(DagRun.state).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)))


def task_instances(dag_id: str, run_id: str) -> list[tuple[str, int, str, int, float]]:
    """(task_id, map_index, state or "", attempts, seconds) of every task instance of the run, as stored."""
    columns = (TaskInstance.task_id, TaskInstance.map_index, TaskInstance.state)
    more = (TaskInstance.try_number, TaskInstance.duration)
    of_the_run = (TaskInstance.dag_id == dag_id, TaskInstance.run_id == run_id)
    with create_session() as session:
        rows = session.execute(select(*columns, *more).where(*of_the_run).order_by(TaskInstance.start_date)).all()
    return [(task, index, _word(state), tries, seconds or 0.0) for task, index, state, tries, seconds in rows]


def dates_of(dag_id: str, run_id: str) -> tuple[datetime, ...]:
    """The logical date of a run and the ends of its data interval, as far as it has them."""
    columns = (DagRun.logical_date, DagRun.data_interval_start, DagRun.data_interval_end)
    with create_session() as session:
        row = session.execute(select(*columns).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)).one()
    return tuple(filter(None, row))


def _word(state: Any) -> str:
    return str(getattr(state, "value", state) or "")
