"""The runs of other DAGs that a DAG's sensors wait for, there and well ended, as production would have them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from airflow.models.dagbag import DBDagBag
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, TaskInstanceState
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from sqlalchemy import select


def provide_awaited_runs(dag: Any, date: datetime) -> None:
    """For each sensor of the DAG, a run that has succeeded of the DAG that it waits for, if that is stored here.

    The other DAG is judged by a run of its own. A task or a schedule that it does not have is not made up.
    """
    wanted = {(dag_id, moment) for task in dag.tasks for dag_id, moment in _awaited(task, date)}
    for dag_id, moment in sorted(wanted):
        if dag_id != dag.dag_id:
            _provide(dag_id, moment)


def _awaited(task: Any, date: datetime) -> Iterator[tuple[str, datetime]]:
    """The (dag_id, logical date) of each run that a sensor asks for; none for what is no such sensor, or is mapped."""
    ask = getattr(task, "_get_dttm_filter", None)
    dag_id = getattr(task, "external_dag_id", None)
    if ask is not None and isinstance(dag_id, str):
        with contextlib.suppress(Exception):  # a function of the user's that finds the date
            yield from ((dag_id, moment) for moment in ask({"logical_date": date}))


def _provide(dag_id: str, moment: datetime) -> None:
    with create_session() as session:
        dag = DBDagBag().get_latest_version_of_dag(dag_id, session=session)
        known = select(DagRun.id).where(DagRun.dag_id == dag_id, DagRun.logical_date == moment)
        if dag is None or session.scalar(known) is not None:  # a cleared run has been provided for
            return
        run = dag.create_dagrun(
            run_id=DagRun.generate_run_id(run_type=DagRunType.MANUAL, logical_date=moment, run_after=moment),
            logical_date=moment,
            data_interval=(moment, moment),
            run_after=moment - timedelta(seconds=2),
            run_type=DagRunType.MANUAL,
            triggered_by=DagRunTriggeredByType.TEST,
            state=DagRunState.SUCCESS,
            session=session,
        )
        for instance in run.get_task_instances(session=session):
            instance.state = TaskInstanceState.SUCCESS
