"""The events of assets: what a run has made of them, and what a run is given that they start."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from airflow.models.asset import AssetAliasModel, AssetEvent, AssetModel
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

from windtunnel.facts import AssetEventFacts


def events_of(dag_id: str, run_id: str) -> tuple[AssetEventFacts, ...]:
    """The events that the tasks of a run have made, in order."""
    of_the_run = (AssetEvent.source_dag_id == dag_id, AssetEvent.source_run_id == run_id)
    with create_session() as session:
        events = session.scalars(select(AssetEvent).where(*of_the_run).order_by(AssetEvent.id)).all()
        return tuple(
            AssetEventFacts(
                name=event.asset.name,
                uri=event.asset.uri,
                aliases=tuple(alias.name for alias in event.source_aliases),
                extra=json.dumps(event.extra, default=str),
                dag_id=dag_id,
                task_id=event.source_task_id or "",
                run_id=run_id,
                map_index=-1 if event.source_map_index is None else event.source_map_index,
            )
            for event in events
        )


def give_events(dag_id: str, run_id: str, heard: Iterable[AssetEventFacts]) -> None:
    """Let a run have been started by these events; an asset that has none gets one that comes from outside."""
    with create_session() as session:
        run = session.scalars(select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)).one()
        if not run.consumed_asset_events:
            events = list(_events(dag_id, tuple(heard), session))
            session.add_all(events)
            session.flush()
            run.consumed_asset_events.extend(events)


def _events(dag_id: str, heard: tuple[AssetEventFacts, ...], session: Any) -> Iterator[AssetEvent]:
    wanted = list(session.scalars(select(AssetModel).where(AssetModel.scheduled_dags.any(dag_id=dag_id))))
    aliases = set(
        session.scalars(select(AssetAliasModel.name).where(AssetAliasModel.scheduled_dags.any(dag_id=dag_id)))
    )
    named = {(asset.name, asset.uri): asset for asset in wanted}
    for event in heard:
        if (event.name, event.uri) in named or aliases & set(event.aliases):
            asset = named.get((event.name, event.uri)) or _asset(event, session)
            source = {"source_dag_id": event.dag_id, "source_task_id": event.task_id, "source_run_id": event.run_id}
            extra = json.loads(event.extra)
            yield AssetEvent(asset_id=asset.id, extra=extra, source_map_index=event.map_index, **source)
    known = {(event.name, event.uri) for event in heard}
    yield from (AssetEvent(asset_id=asset.id, extra={}) for key, asset in named.items() if key not in known)


def _asset(event: AssetEventFacts, session: Any) -> AssetModel:
    """The asset behind an alias, which this database may not know: only the DAG that made the event has named it."""
    asset = session.scalars(
        select(AssetModel).where(AssetModel.name == event.name, AssetModel.uri == event.uri)
    ).first()
    if asset is None:
        asset = AssetModel(name=event.name, uri=event.uri, group="asset", extra={})
        session.add(asset)
        session.flush()
    return asset
