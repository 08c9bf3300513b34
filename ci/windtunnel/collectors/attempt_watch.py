"""What is seen of one attempt of a task, in the process of that attempt, and put down there when it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.canaries import Canaries
from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.driver_facts import driver_facts
from windtunnel.collectors.driver_graphs import with_graph
from windtunnel.collectors.effects import Effects
from windtunnel.collectors.executions import Saved
from windtunnel.collectors.failures import failure_facts, failure_from_text, relative
from windtunnel.collectors.file_uses import FileUses
from windtunnel.collectors.handovers import Handovers, kept
from windtunnel.collectors.needs import need_of, need_of_network
from windtunnel.collectors.node_files import overwrites, with_nodes
from windtunnel.collectors.open_databases import OpenDatabases
from windtunnel.collectors.plain_readers import watch_readers
from windtunnel.collectors.playback import play_back
from windtunnel.collectors.recorder import Recording
from windtunnel.collectors.saved_files import stamp_of
from windtunnel.collectors.saved_tables import rows_in, table_of
from windtunnel.collectors.saves import Owner, asked_for, inspect_saves
from windtunnel.collectors.task_data import TaskData
from windtunnel.collectors.template_faults import with_template
from windtunnel.collectors.unfinished import Bystanders
from windtunnel.debugger import debugger
from windtunnel.facts import (
    AttemptFacts,
    CallbackFacts,
    DataFacts,
    FailureFacts,
    FlowFacts,
    ForcedFacts,
    SaveFacts,
    SaveState,
    UncommittedFacts,
)
from windtunnel.findings import Location
from windtunnel.worker import put


@dataclass(frozen=True, slots=True)
class Seen:
    """What the run has seen before the attempt began.

    `refused` are the hosts that tasks were kept from, and where, by task_id; `bad_triggers` the tracebacks of triggers
    that have failed, by task_id and map_index; `responses` the file of recorded responses that the task is to hear;
    `forced` is what tasks of the DAG are made to do; `kept` are the files in which earlier
    attempts have told what their savers have left, by the path of that.
    """

    dag: Any
    file: DagFile
    effects: Effects
    recording: Recording
    uses: FileUses
    refused: Mapping[str, Sequence[tuple[str, Location | None]]]
    bad_triggers: Mapping[tuple[str, int], str]
    canaries: Canaries
    responses: str = ""
    forced: tuple[ForcedFacts, ...] = ()
    kept: Mapping[str, Path] = field(default_factory=dict)
    databases: OpenDatabases | None = None


class AttemptWatch:
    """Made before Airflow is at work in the process. What it sees goes into the file `told`; None if nobody asks."""

    def __init__(self, key: Any, seen: Seen, told: Path | None, run_process: int) -> None:
        self._key, self._seen, self._told = key, seen, told
        self._run_process = run_process
        self._bystanders = Bystanders.now(run_process)
        self._facts: AttemptFacts | None = None
        self._callbacks: list[CallbackFacts] = []
        self._handovers = Handovers(seen.kept, key.task_id, seen.file.root)
        self._data = TaskData(seen.dag.get_task(key.task_id), seen.file, seen.canaries) if told is not None else None

    def task_started(self, task: Any) -> None:
        """The task is about to run. It was made anew in this process: what its file did is not what it does."""
        from windtunnel.airflow_compat.callbacks import listen_to_task
        from windtunnel.airflow_compat.clock_waits import let_time_pass
        from windtunnel.airflow_compat.forcing import force
        from windtunnel.airflow_compat.running import stop_waiting

        stop_waiting(task)
        let_time_pass(task)
        if self._data is not None:
            self._data.rendered(task)
        listen_to_task(task, self._called)
        for forced in self._forced_here():
            force(task, forced)
        self._bystanders = Bystanders.now(self._run_process)
        self._seen.recording.take()
        self._seen.recording.on_saved = self._saved
        if self._seen.kept:
            self._seen.recording.on_loaded = self._handovers.note
            watch_readers(self._handovers.note_plain)
        if self._seen.recording.records and self._key.map_index <= 0:  # one of those that are mapped stands for all
            self._keep_values()
        self._seen.effects.forget_refused()
        self._seen.uses.begin(self._key.task_id, self._key.map_index)
        if self._seen.databases is not None:
            self._seen.databases.begin()
        play_back(self._seen.responses, self._seen.effects.lets)

    def task_ended(self, state: str, error: BaseException | None) -> None:
        """The task's code has ended, in Airflow's `state`."""
        self._put(self._ended(state, None if error is None else self._failure(error)))
        if error is not None and (lent := debugger()):
            lent.look_at_task(error, self._key.dag_id, self._key.task_id)

    def leave(self) -> None:
        """Nothing more will be done here. A task that has not ended was deferred, or will be repeated."""
        facts = self._facts or self._ended("", None)
        is_done = facts.state == "success"
        lost = self._uncommitted() if is_done else ()
        keeper = self._seen.recording.keeper
        recorded = keeper.keep() if keeper is not None and is_done else ()
        self._put(replace(facts, uncommitted=lost, saves=tuple(_with_losses(facts.saves, lost)), recorded=recorded))

    def _keep_values(self) -> None:
        from windtunnel.collectors.value_keeper import ValueKeeper

        key, recording = self._key, self._seen.recording
        recording.keeper = ValueKeeper(Path(recording.records), key.dag_id, key.task_id, key.map_index)

    def _uncommitted(self) -> tuple[UncommittedFacts, ...]:
        """Asked when all is over: callbacks of the task may commit what it has written."""
        key, databases = self._key, self._seen.databases
        return () if databases is None else databases.taken(key.dag_id, key.task_id, key.map_index)

    def _saved(self, saved: Saved) -> None:
        saved.stamp = stamp_of(saved, self._seen.effects)
        saved.table = table_of(saved)  # now: the task may close the connection
        if saved.table is not None:
            saved.committed = rows_in(*saved.table)

    def _forced_here(self) -> list[ForcedFacts]:
        is_of_dag = self._key.dag_id == self._seen.dag.dag_id
        return [forced for forced in self._seen.forced if is_of_dag and forced.task_id == self._key.task_id]

    def _called(self, task_id: str, kind: str, name: str, error: BaseException | None) -> None:
        failure = None if error is None else failure_facts(error, self._seen.file.root, need_of(error))
        self._callbacks.append(CallbackFacts(task_id, kind, name, failure))

    def _ended(self, state: str, failure: FailureFacts | None) -> AttemptFacts:
        key, executions, uses = self._key, self._seen.recording.take(), self._seen.uses.taken()
        params = self._seen.dag.params
        owner = Owner(
            key.dag_id, key.task_id, key.map_index, self._seen.file.root, self._bystanders, self._seen.effects
        )
        judge = inspect_saves if state in ("success", "") else asked_for
        saves = judge(executions, owner)
        return AttemptFacts(
            state=state,
            failure=failure,
            refused=tuple(self._refused()),
            drivers=tuple(
                with_graph(driver_facts(done, key.task_id, key.map_index, params, owner.root), done, owner.root)
                for done in executions
            ),
            flows=self._flows(),
            saves=tuple(saves),
            uses=with_nodes(uses, executions, self._key, owner),
            overwrites=tuple(overwrites(executions, uses, owner)),
            kept=tuple(kept(executions, saves)),
            loads=tuple(self._handovers.loads),
        )

    def _flows(self) -> FlowFacts:
        look = self._seen.recording.look
        return FlowFacts() if look is None else look.taken(self._key.dag_id, self._key.task_id, self._seen.file.root)

    def _put(self, facts: AttemptFacts) -> None:
        data = self._data.facts() if self._data is not None else DataFacts()
        self._facts = replace(facts, callbacks=tuple(self._callbacks), data=data)
        if self._told is not None:
            put(self._told, self._facts)

    def _failure(self, error: BaseException) -> FailureFacts:
        from windtunnel.airflow_compat.outside_needs import is_of_trigger

        root = self._seen.file.root
        text = self._seen.bad_triggers.get((self._key.task_id, self._key.map_index), "")
        if text and is_of_trigger(error):
            return failure_from_text(text, root)
        return with_template(self._with_need(failure_facts(error, root, need_of(error)), error), error)

    def _with_need(self, failure: FailureFacts, error: BaseException) -> FailureFacts:
        """What the task failed for want of: it may have caught the refusal, and so may a task that it had data from.

        The line that asked for the network is to blame, wherever the want of an answer showed.
        """
        from windtunnel.airflow_compat.outside_needs import waited_in_vain
        from windtunnel.airflow_compat.running import upstream_of

        task = self._seen.dag.get_task(self._key.task_id)
        refused = list(self._refused())
        if failure.needs:
            asked = [line for host, line in refused if line and failure.needs.endswith(f": {host})")]
            return replace(failure, location=asked[0]) if asked else failure
        refused += [one for known in upstream_of(task) for one in self._seen.refused.get(known, ())]
        if not refused:
            return replace(failure, needs=waited_in_vain(task, error))
        host, line = refused[0]
        return replace(failure, needs=need_of_network([host]), location=line or failure.location)

    def _refused(self) -> Iterator[tuple[str, Location | None]]:
        effects, root = self._seen.effects, self._seen.file.root
        for host in dict.fromkeys(effects.refused):
            file, line = effects.culprits.get(host, ("", 0))
            yield host, Location(relative(file, root), line) if file else None


def _with_losses(saves: Iterable[SaveFacts], lost: Iterable[UncommittedFacts]) -> Iterator[SaveFacts]:
    """The saves, of which some are known by now to be in transactions that nobody has committed."""
    lost = tuple(lost)
    tables, files = {(one.path, one.table) for one in lost}, {one.path for one in lost}
    for save in saves:
        is_lost = save.state is SaveState.UNSEEN and (save.path, save.table) in tables
        is_lost = is_lost or (save.state is SaveState.WHOLE and not save.table and save.path in files)
        yield replace(save, state=SaveState.UNCOMMITTED, detail="") if is_lost else save
