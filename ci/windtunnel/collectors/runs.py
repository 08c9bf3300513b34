"""DAGs run as production runs them, each in a child of its own, and watched while they run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from windtunnel.collectors.agenda import Agenda, Turn
from windtunnel.collectors.asset_events import heard_by, is_by_assets, makers_in
from windtunnel.collectors.dags import DagFile, own_folder, settle_in, stuck_at
from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.file_uses import FileUses
from windtunnel.collectors.final_saves import with_final_saves
from windtunnel.collectors.given import Given
from windtunnel.collectors.needs import need_of
from windtunnel.collectors.node_values import NodeValues
from windtunnel.collectors.open_databases import OpenDatabases
from windtunnel.collectors.playback import make_ready
from windtunnel.collectors.recorder import record_drivers
from windtunnel.collectors.run_watch import RunWatch
from windtunnel.collectors.shared_places import Board, GaveWay
from windtunnel.collectors.source_tree import without_ignored
from windtunnel.collectors.tree_keeper import TreeKeeper
from windtunnel.collectors.writes import WriteGuard
from windtunnel.facts import AssetEventFacts, DagFacts, End, FailureFacts, ForcedFacts, ProcessFacts, RunEnd, RunFacts
from windtunnel.pool import Job, Outcome, Pool

_TO_TELL = 1.0  # seconds of a run's time that are kept for telling what was seen


@dataclass(frozen=True, slots=True)
class DagRunRequest:
    """One DAG to run, of the file that it was loaded from, with the params that the user gives.

    `neighbours` are the files of the DAGs that its tasks trigger or wait for, which Airflow would else not know.
    `given` is what else the user gives it, `forced` what its tasks are made to do, nothing in a plain run. `records` is
    the folder for the values that go through its dataflows, "" where nobody wants them.
    It `looks` where they are to be looked at as they pass. What was `heard` are the events of assets that start it.
    """

    file: DagFile
    dag: DagFacts
    conf: Mapping[str, Any]
    neighbours: tuple[DagFile, ...] = ()
    given: Given = field(default_factory=Given)
    forced: tuple[ForcedFacts, ...] = ()
    records: str = ""
    looks: bool = False
    heard: tuple[AssetEventFacts, ...] = ()


def collect_runs(pool: Pool, requests: Iterable[DagRunRequest], timeout: float) -> Iterator[RunFacts]:
    """The facts of each run, in the order in which their children end. A run is left after `timeout` seconds.

    Two that come to one place which no run has of its own are never at work at one time. Those that make assets are
    played before those that the assets start, which hear of it.
    """
    requests, events = list(requests), list[AssetEventFacts]()
    with tempfile.TemporaryDirectory(prefix="places-", dir=pool.folder, ignore_cleanup_errors=True) as places:

        def job_of(turn: Turn[DagRunRequest]) -> Job[DagRunRequest]:
            asked = replace(turn.asked, heard=turn.asked.heard or heard_by(turn.asked.dag, events))
            arguments = (asked, timeout, places, turn.number)
            return Job(asked, f"{__name__}:run_dag", arguments, timeout, ends_largest=True)

        agenda = Agenda(requests, places, makers_in([request.dag for request in requests]))
        while not agenda.is_done:
            for job, outcome in pool.map(map(job_of, agenda)):
                if agenda.ended(job.arguments[-1]):
                    facts = _as_it_ended(job.key, outcome, timeout)
                    events += () if facts.forced else facts.events
                    yield facts


def _as_it_ended(request: DagRunRequest, outcome: Outcome, timeout: float) -> RunFacts:
    facts: RunFacts = outcome.value or RunFacts(request.dag.dag_id, request.dag.location, outcome.process)
    stuck = next(iter(stuck_at(outcome, request.file.root)), facts.failure)
    if outcome.process.end is End.COMPLETED and facts.left is RunEnd.OUT_OF_TIME:
        late = f"did not end within {timeout:g} s"
        facts = replace(facts, process=replace(outcome.process, end=End.TIMED_OUT, detail=late))
    elif outcome.process.end is End.COMPLETED and facts.left is RunEnd.CUT_OFF:
        facts = replace(facts, process=replace(outcome.process, end=End.DIED, detail="was cut off from its tasks"))
    else:
        facts = replace(facts, process=outcome.process, failure=stuck)
    return replace(facts, forced=request.forced, heard=request.heard)


# In the child


def run_dag(request: DagRunRequest, timeout: float, places: str = "", number: int = 0) -> RunFacts:
    """The facts of one run, which is played in this very process, a child of the Airflow template, and below it.

    `places` is the folder in which those that may be played at the same time say where they are, this one as `number`.
    """
    from windtunnel.airflow_compat import running
    from windtunnel.airflow_compat.dagbag import read_dag_file

    deadline = time.monotonic() + max(timeout - _TO_TELL, timeout / 2)
    file, given = request.file, request.given
    given.enter()
    effects = settle_in(file)
    effects.allow(given.network)
    make_ready(given.recording)
    databases = OpenDatabases(file.root)
    recording = record_drivers(effects, request.records)  # before the file is loaded: it may build a driver at its top
    recording.look = NodeValues() if request.looks else None
    guard = WriteGuard(file.root, own_folder())
    guard.is_on = True
    keeper = TreeKeeper(file.root, own_folder())
    bag = read_dag_file(file.file, file.dag_folder)
    dag = bag.dags.get(request.dag.dag_id)
    if dag is None:
        gone = FailureFacts("LookupError", "the second time that the file was loaded, it held no such DAG", None, "")
        return RunFacts(request.dag.dag_id, request.dag.location, ProcessFacts(End.COMPLETED), failure=gone)
    uses = FileUses(file.root, effects, Board(places, number) if places else None)
    recording.on_files = uses.claim
    watch = RunWatch(dag, file, effects, recording, uses, given.recording, request.forced, databases)
    try:
        others = [read_dag_file(near.file, near.dag_folder) for near in request.neighbours]
        running.prepare(bag, dag, file.dag_folder, others, given.date, given.pools)
        guard.is_on = False
        keeper.begin()
        seconds = deadline - time.monotonic()
        is_heard = is_by_assets(request.dag)
        start = running.by_events(dag, request.conf, given.date, request.heard) if is_heard else None
        played = running.play(bag, dag, request.conf, watch, own_folder(), seconds, given.date, start)
    except GaveWay:
        return watch.facts()
    except Exception as error:  # whatever keeps the user's DAG from running
        return replace(watch.facts(), failure=failure_facts(error, file.root, need_of(error)))
    else:
        watch.settle(played.instances)
        seen = with_final_saves(watch.facts())  # as it lies there, before anything is put back
    finally:
        keeper.put_back()
    return replace(
        seen,
        uses=without_ignored(seen.uses, file.root),
        state=played.state,
        events=played.events,
        left=played.end,
        marks=(*played.marks, tempfile.gettempdir()),
        leaves=any(any((own_folder() / name).iterdir()) for name in ("cwd", "tmp")),
    )
