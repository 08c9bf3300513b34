"""Which runs are asked for: of every DAG with what the user gives it, and of some again in other contexts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from windtunnel.collectors.asset_events import makers_in
from windtunnel.collectors.context_plan import contexts_for
from windtunnel.collectors.contexts import ContextRequest
from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.date_words import names_dates
from windtunnel.collectors.fixtures import Fixtures
from windtunnel.collectors.runs import DagRunRequest
from windtunnel.facts import ContextFacts, DagFacts, DagFileFacts, RunFacts
from windtunnel.settings import Settings


def run_requests(
    known: Iterable[tuple[DagFile, DagFileFacts]], loaded: Iterable[DagFileFacts], fixtures: Fixtures
) -> list[DagRunRequest]:
    """One run for each DAG `loaded` that Airflow could store; what they trigger is looked for in all files `known`."""
    known = tuple(known)
    by_path = {facts.path: file for file, facts in known}
    file_of = {dag.dag_id: file for file, facts in known for dag in facts.dags}
    return [
        run_request(by_path[facts.path], dag, neighbours(dag, file_of), fixtures)
        for facts in loaded
        for dag in facts.dags
        if not dag.unserializable
    ]


def makers_beside(
    known: Iterable[tuple[DagFile, DagFileFacts]], loaded: Iterable[DagFileFacts], fixtures: Fixtures
) -> list[DagRunRequest]:
    """One run for each DAG `known` and not `loaded` that makes an asset which starts one of those."""
    known, paths = tuple(known), {facts.path for facts in loaded}
    dags = [(dag, facts) for _, facts in known for dag in facts.dags]
    makers = makers_in([dag for dag, _ in dags])
    wanted = {maker for (_, facts), own in zip(dags, makers, strict=True) if facts.path in paths for maker in own}
    beside = {id(dags[number][0]) for number in wanted if dags[number][1].path not in paths}
    others = {id(facts): facts for _, facts in dags if facts.path not in paths}
    return [request for request in run_requests(known, others.values(), fixtures) if id(request.dag) in beside]


def run_request(file: DagFile, dag: DagFacts, near: tuple[DagFile, ...], fixtures: Fixtures) -> DagRunRequest:
    """What asks for the run of one DAG, with all that the user gives it."""
    return DagRunRequest(file, dag, fixtures.conf(dag.dag_id), near, given=fixtures.given_to(dag.dag_id))


def that_record(requests: Iterable[DagRunRequest], folder: Path) -> list[DagRunRequest]:
    """The requests of runs whose dataflows are kept in `folder`, to be played again."""
    return [replace(request, records=str(folder)) for request in requests]


def that_look(requests: Iterable[DagRunRequest]) -> list[DagRunRequest]:
    """The requests of runs in which the values between nodes are looked at."""
    return [replace(request, looks=True) for request in requests]


def context_requests(
    requests: Iterable[DagRunRequest],
    runs: Iterable[RunFacts],
    wanted: Collection[type[ContextFacts]],
    settings: Settings,
) -> list[ContextRequest]:
    """Each DAG in each of the `wanted` contexts in which it is worth running it again."""
    run_of = {(run.location, run.dag_id): run for run in runs} if wanted else {}
    again = [(request, run_of.get((request.dag.location, request.dag.dag_id))) for request in requests]
    return [
        ContextRequest(request, run, context, settings.max_kills)
        for request, run in again
        if run is not None
        for context in contexts_for(
            request.dag,
            run,
            wanted,
            dated=names_dates(request.file.file, request.file.root),
            timeout=settings.timeout,
        )
    ]


def neighbours(dag: DagFacts, file_of: Mapping[str, DagFile]) -> tuple[DagFile, ...]:
    """The files of the DAGs that the tasks of `dag` trigger or wait for, where they are in the repository."""
    others = (file_of.get(other) for task in dag.tasks for other in (task.triggers, task.awaits))
    return tuple(dict.fromkeys(file for file in others if file not in (None, file_of[dag.dag_id])))
