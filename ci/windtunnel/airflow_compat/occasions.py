"""Runs of the kinds that production makes: for a date of the timetable, without a date, by assets, or again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from airflow.models.dag import DagModel
from airflow.models.dagbag import DBDagBag
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance, clear_task_instances
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from pendulum import instance
from sqlalchemy import select, update

_DAY = timedelta(days=1)
_ALMOST = timedelta(minutes=1)
_UNFINISHED = ("failed", "upstream_failed", "removed")


@dataclass(frozen=True, slots=True)
class DatedRun:
    """A run to be made for a date. `scheduled` as the scheduler makes it, else as a person does who names the date."""

    logical: datetime
    start: datetime
    end: datetime
    scheduled: bool

    @property
    def day(self) -> str:
        """The logical date, in the time zone that the timetable gave it in."""
        return self.logical.date().isoformat()


def let_live(dag: Any, since: datetime) -> None:
    """Let the DAG and its tasks have started by then."""
    for one in (dag, *dag.tasks):
        options = getattr(one, "partial_kwargs", None) if one is not dag else None
        if options is not None and options.get("start_date"):
            options["start_date"] = min(options["start_date"], since)
        elif options is None and one.start_date:
            one.start_date = min(one.start_date, since)


def run_before(dag_id: str, moment: datetime, *, scheduled: bool) -> DatedRun:
    """The last run that is due by then."""
    interval = _timetable(dag_id).infer_manual_data_interval(run_after=instance(moment))
    return DatedRun(interval.start, interval.start, interval.end, scheduled)


def run_behind(dag_id: str, last: DatedRun) -> DatedRun:
    """The run that follows; of a DAG that no clock starts, one of the day after."""
    from airflow.timetables.base import DataInterval, TimeRestriction

    interval = DataInterval(instance(last.start), instance(last.end))
    free = TimeRestriction(earliest=None, latest=None, catchup=True)
    info = None
    if last.scheduled:
        info = _timetable(dag_id).next_dagrun_info(last_automated_data_interval=interval, restriction=free)
    if info is None or info.data_interval is None or info.data_interval.start <= last.start:
        return DatedRun(last.logical + _DAY, last.start + _DAY, last.end + _DAY, last.scheduled)
    return DatedRun(info.data_interval.start, info.data_interval.start, info.data_interval.end, last.scheduled)


def run_of_day(dag_id: str, day: date, zone: Any, *, scheduled: bool) -> DatedRun | None:
    """The run whose logical date falls on a day in `zone`; None where the timetable has none."""
    begin = datetime.combine(day, time.min, tzinfo=zone)
    for moment in (begin + _DAY - _ALMOST, begin + 2 * _DAY - _ALMOST):
        found = run_before(dag_id, moment, scheduled=scheduled)
        if found.logical.astimezone(zone).date() == day:
            return found
    return None


def changes_of_clock(zone: Any, before: date, days: int) -> list[date]:
    """The days, of so many before, on which the clocks of a time zone change."""
    noons = [datetime.combine(before - n * _DAY, time(12), tzinfo=zone) for n in range(days)]
    return [noon.date() for noon in noons if noon.utcoffset() != (noon - _DAY).utcoffset()]


def _timetable(dag_id: str) -> Any:
    with create_session() as session:
        return DBDagBag().get_latest_version_of_dag(dag_id, session=session).timetable


def start_dated(dag_id: str, run: DatedRun, conf: Mapping[str, Any]) -> str:
    """The run_id of a run for a date, which waits to be started."""
    kind = DagRunType.SCHEDULED if run.scheduled else DagRunType.MANUAL
    return _create(dag_id, kind, conf, logical=run.logical, interval=(run.start, run.end), after=run.end)


def start_by_api(dag_id: str, conf: Mapping[str, Any]) -> str:
    """The run_id of a run as the API makes it where nobody gives a logical date."""
    return _create(dag_id, DagRunType.MANUAL, conf)


def start_by_assets(dag_id: str, conf: Mapping[str, Any]) -> str:
    """The run_id of a run as the scheduler makes it when all the assets have events."""
    return _create(dag_id, DagRunType.ASSET_TRIGGERED, conf)


def clear(dag_id: str, run_id: str, *, only_failed: bool = False, only_task: str = "") -> str:
    """The same run_id: its task instances are cleared, and it waits to be started.

    Or only those that did not end well, or that of one task (the first, where it is mapped).
    """
    wanted = [TaskInstance.dag_id == dag_id, TaskInstance.run_id == run_id]
    wanted += [TaskInstance.state.in_(_UNFINISHED)] if only_failed else []
    wanted += [TaskInstance.task_id == only_task, TaskInstance.map_index <= 0] if only_task else []
    with create_session() as session:
        clear_task_instances(list(session.scalars(select(TaskInstance).where(*wanted))), session)
    return run_id


def _create(
    dag_id: str,
    kind: DagRunType,
    conf: Mapping[str, Any],
    logical: datetime | None = None,
    interval: tuple[datetime, datetime] | None = None,
    after: datetime | None = None,
) -> str:
    # SQLite's clock has whole seconds: a run that is due now would be due in a second.
    after = min(after or datetime.max.replace(tzinfo=timezone.utc), datetime.now(timezone.utc) - timedelta(seconds=2))
    run_id: str = DagRun.generate_run_id(run_type=kind, logical_date=logical, run_after=after)
    with create_session() as session:
        session.execute(update(DagModel).values(is_paused=False, next_dagrun_create_after=None))
        dag = DBDagBag().get_latest_version_of_dag(dag_id, session=session)
        dag.create_dagrun(
            run_id=run_id,
            logical_date=logical and instance(logical),
            data_interval=interval and tuple(map(instance, interval)),
            run_after=after,
            conf=dict(conf) or None,
            run_type=kind,
            triggered_by=_BY[kind],
            state=DagRunState.QUEUED,
            session=session,
        )
    return run_id


_BY = {
    DagRunType.SCHEDULED: DagRunTriggeredByType.TIMETABLE,
    DagRunType.MANUAL: DagRunTriggeredByType.REST_API,
    DagRunType.ASSET_TRIGGERED: DagRunTriggeredByType.ASSET,
}
