"""Runs of DAGs, the dataflows that they drive, and what these save."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.facts.asset_events import AssetEventFacts
from windtunnel.facts.contracts import GivenFacts, SlowNodeFacts
from windtunnel.facts.data import DataFacts
from windtunnel.facts.driven import GraphNodeFacts
from windtunnel.facts.flows import FlowFacts
from windtunnel.facts.forced import ForcedFacts
from windtunnel.facts.processes import FailureFacts, ProcessFacts
from windtunnel.facts.values import KeptFacts, LoadFacts, LossFacts
from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class TaskRunFacts:
    """One task instance after the run; `map_index` is -1 for a task that is not mapped.

    `state` is Airflow's word, "" where the task was never started; `seconds` is the time of the last attempt, `log` the
    last lines of its log; `upstream` are the ids of all tasks that it waits for, near and far, `parents`
    of those that it waits for directly. `mapped` where it is one of a mapped task, or stands for all of them; `chooses`
    where it may skip others, by its kind. `data` is what it was given and what it handed on. `refused` are the hosts
    that it was kept from, each with the user's line that first asked for it, if there is one.
    """

    dag_id: str
    task_id: str
    map_index: int
    state: str
    location: Location
    waits: bool = False
    tries: int = 0
    seconds: float = 0.0
    failure: FailureFacts | None = None
    upstream: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    trigger_rule: str = "all_success"
    mapped: bool = False
    chooses: bool = False
    is_branch: bool = False
    is_teardown: bool = False
    data: DataFacts = DataFacts()
    refused: tuple[tuple[str, Location | None], ...] = ()

    @property
    def ran(self) -> bool:
        """Whether the task was reached: it was started, or Airflow ended it well without having to start it."""
        return self.tries > 0 or self.state not in ("", "skipped", "upstream_failed", "removed")

    @property
    def unmet_need(self) -> str:
        """What the task failed for want of, where that is something that this run cannot give; else ""."""
        return self.failure.needs if self.failure is not None and self.state == "failed" else ""

    @property
    def label(self) -> str:
        """The task as people name it: with its index where it is mapped."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"


class RunEnd(str, Enum):
    """How a run was left.

    One that is `stuck` has nothing at work and nothing to wait for, and yet is not finished; one that is `cut off` has
    lost the process that starts its tasks.
    """

    FINISHED = "finished"
    WAITING = "waiting"
    STUCK = "stuck"
    OUT_OF_TIME = "out of time"
    CUT_OFF = "cut off"


@dataclass(frozen=True, slots=True)
class DriverFacts:
    """One execution of a Hamilton driver inside a task.

    `location` is the user's line that drove it, where that is known; it went `well` where it ended in no exception.
    `config` are its keys, each with the text of its value if decorators of the dataflow name it, else "". `reached` are
    the nodes that were executed, each with the module whose function makes it, and `slow` those that took long. What it
    asked for is chosen where it stands in the DAG's params, which may be given otherwise.
    `graph` is what it ran on, `broken` the nodes that raised; `took` are the seconds of each node that has ended here.
    `engines` are what ran nodes of it in the place of a plain loop: threads, processes, dask, ray.
    """

    task_id: str
    map_index: int
    modules: tuple[str, ...]
    nodes: tuple[str, ...]
    executed: tuple[str, ...]
    final_vars: tuple[str, ...]
    inputs: tuple[str, ...]
    overrides: tuple[str, ...]
    seconds: float
    location: Location | None = None
    well: bool = True
    config: tuple[tuple[str, str], ...] = ()
    adapters: tuple[str, ...] = ()
    given: tuple[GivenFacts, ...] = ()
    reached: tuple[tuple[str, str], ...] = ()
    slow: tuple[SlowNodeFacts, ...] = ()
    is_chosen: bool = False
    graph: tuple[GraphNodeFacts, ...] = ()
    broken: tuple[str, ...] = ()
    took: tuple[tuple[str, float], ...] = ()
    engines: tuple[str, ...] = ()


class SaveState(str, Enum):
    """What became of one promised save."""

    WHOLE = "whole"
    NEVER_REQUESTED = "never requested"
    CUT_OFF = "cut off"
    NOT_REACHED = "not reached"
    SWALLOWED = "swallowed"
    LEFT_BEHIND = "left behind"
    MISSING = "missing"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    UNFINISHED = "unfinished"
    MISTAKEN = "mistaken"
    MISNAMED = "misnamed"
    TRUNCATED = "truncated"
    CONTRADICTED = "contradicted"
    UNCOMMITTED = "uncommitted"
    VOLATILE = "in memory"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class SaveFacts:
    """One saver node of a dataflow that a task drove, and what lay at its path when the task ended.

    `map_index` is that of the task instance. `location` is where the saver is declared; of a materializer, which no
    function declares, the line that drove it. `path` is "" where the saver names none or did not run; `size` is in
    bytes. `detail` says what was wrong, for UNSEEN why windtunnel could not look, for NEVER_REQUESTED which value was
    asked for instead, if it was the one to be saved. `losses` is what the loader that matches the saver does not give
    back, where that is worth knowing whoever reads the file. `table` is that of a SQLite file, "" of any other.
    """

    dag_id: str
    task_id: str
    node: str
    module: str
    format: str
    location: Location
    state: SaveState
    path: str = ""
    size: int = 0
    detail: str = ""
    map_index: int = -1
    losses: tuple[LossFacts, ...] = ()
    table: str = ""

    @property
    def task(self) -> str:
        """The task as people name it: with its index where it is mapped."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"

    @property
    def is_unasked(self) -> bool:
        """Whether this task has not come to it by what it asked for; another may have."""
        return self.state in (SaveState.NEVER_REQUESTED, SaveState.CUT_OFF)


@dataclass(frozen=True, slots=True)
class CallbackFacts:
    """One call of a callback: `task_id` is "" for one of the DAG, `failure` what it raised, which Airflow only logs."""

    task_id: str
    kind: str
    name: str
    failure: FailureFacts | None = None


@dataclass(frozen=True, slots=True)
class FileUseFacts:
    """A file that a task instance opened, `at` a time of the machine's monotonic clock, and the task's line at work.

    Where that calls other functions of the user's, `inner` is the line at work in the last of them.

    Or an object of a store, whose `path` is its URL; `dates` are those that stand in one that was read, where asked.

    It is `fleeting` where another machine has it not: it lies in the working folder, in the temporary folder itself, or
    in one that was made there under a name of chance. It is `loose` in the working folder, and `inside` among the
    files of the repository, at a place that nobody has declared. `named` where the user's own text has the name.

    Of what is written: it is `whole` where nothing is left of what was there before, `undone` where a thread that
    outlived the task may still have been writing it, `left` where it lay there when the task ended, `unread` where
    nobody had read it by then. It `replaces` where the file was emptied first, or another was renamed to it, `times`
    times; then `found` stands for what lay there before and `content` for what the task left, "" where it is unknown.

    `through` are the user's functions, from the innermost on, that came to the line; none where a dataflow did it.
    `locked` where the task held a lock on some file.
    """

    task_id: str
    path: str
    location: Location
    writes: bool = False
    fleeting: bool = False
    whole: bool = False
    undone: bool = False
    map_index: int = -1
    at: float = 0.0
    replaces: bool = False
    times: int = 0
    found: str = ""
    content: str = ""
    left: bool = False
    unread: bool = False
    inside: bool = False
    loose: bool = False
    named: bool = False
    locked: bool = False
    through: tuple[str, ...] = ()
    dates: str = ""
    inner: Location | None = None

    @property
    def evidence(self) -> str:
        """Where the file is opened, if not at the task's own line."""
        return f"opened at {self.inner}" if self.inner else ""

    @property
    def label(self) -> str:
        """The task instance as people name it."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"

    @property
    def is_object(self) -> bool:
        """Whether it lies in a store."""
        return "://" in self.path


@dataclass(frozen=True, slots=True)
class OverwriteFacts:
    """Two savers of one dataflow that a task drove, of which the later one, `node`, saved over the earlier, `other`.

    `table` is that of a SQLite file, "" of any other.
    """

    dag_id: str
    task_id: str
    node: str
    other: str
    path: str
    location: Location
    table: str = ""


@dataclass(frozen=True, slots=True)
class UncommittedFacts:
    """Rows that a task wrote into a table of a SQLite file and that nobody will see: the transaction was not committed.

    `rows` are those that were new, 0 where rows were only changed otherwise or removed. `how` the task gave them up, as
    the predicate of a sentence; `location` is the task's line that did, or that opened the connection, `inner` that of
    another function of the user's which it calls for that.
    """

    dag_id: str
    task_id: str
    map_index: int
    path: str
    table: str
    rows: int
    location: Location
    how: str
    inner: Location | None = None

    @property
    def task(self) -> str:
        """The task instance as people name it."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """What one attempt of a task did in its own process: `state` is "" where it gave way, deferred or to be repeated.

    `refused` are the hosts that it was kept from, each with the user's line that first asked for it, if there is one;
    `uses` are the files that it wrote and the data that it read, `overwrites` the savers that met. `kept` is what its
    savers have left, `loads` what its loaders have read of what earlier tasks have left so. `recorded` are the files of
    the dataflows that it drove, to be played again.
    `flows` is what was seen of the values in them, nothing where nobody asked.
    """

    state: str = ""
    failure: FailureFacts | None = None
    refused: tuple[tuple[str, Location | None], ...] = ()
    drivers: tuple[DriverFacts, ...] = ()
    saves: tuple[SaveFacts, ...] = ()
    callbacks: tuple[CallbackFacts, ...] = ()
    data: DataFacts = DataFacts()
    uses: tuple[FileUseFacts, ...] = ()
    kept: tuple[KeptFacts, ...] = ()
    loads: tuple[LoadFacts, ...] = ()
    overwrites: tuple[OverwriteFacts, ...] = ()
    uncommitted: tuple[UncommittedFacts, ...] = ()
    recorded: tuple[str, ...] = ()
    flows: FlowFacts = FlowFacts()


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run of one DAG, played by Airflow's scheduler in a process of its own. `state` is "" where it has none.

    `failure` is an exception that kept the run itself from starting or from going on. A run is `waiting` where it was
    left with nothing at work but sensors, triggers, and what waits by its kind. `marks` are texts
    that belong to this run alone (its run_id, its date in the usual forms, its temporary folder); `beside` is how many
    runs of the DAG catchup may have at work at one time. `uses` are the files that tasks wrote and the data that they
    read, in the order in which the tasks ended; `overwrites` are savers that met; `leaves` whether anything lay in its
    working and temporary folders when it had ended. `forced` is what its tasks were made to do, nothing in the plain
    run. `loads` is what loaders have read of what savers of earlier tasks have left. `recorded` are files, for as long
    as the child processes are there, of the dataflows that its tasks drove, to be played again.
    `flows` is what was seen of the values in them, nothing where nobody asked. `events` are those of assets that its
    tasks have made, `heard` those of other runs that have started it.
    """

    dag_id: str
    location: Location
    process: ProcessFacts
    state: str = ""
    tasks: tuple[TaskRunFacts, ...] = ()
    drivers: tuple[DriverFacts, ...] = ()
    saves: tuple[SaveFacts, ...] = ()
    failure: FailureFacts | None = None
    left: RunEnd = RunEnd.FINISHED
    callbacks: tuple[CallbackFacts, ...] = ()
    marks: tuple[str, ...] = ()
    beside: int = 1
    uses: tuple[FileUseFacts, ...] = ()
    overwrites: tuple[OverwriteFacts, ...] = ()
    leaves: bool = False
    forced: tuple[ForcedFacts, ...] = ()
    loads: tuple[LoadFacts, ...] = ()
    uncommitted: tuple[UncommittedFacts, ...] = ()
    recorded: tuple[str, ...] = ()
    flows: FlowFacts = FlowFacts()
    events: tuple[AssetEventFacts, ...] = ()
    heard: tuple[AssetEventFacts, ...] = ()

    @property
    def states(self) -> dict[str, str]:
        """Airflow's word for each task instance, by the name that people give it: `load`, `load[0]` where mapped."""
        return {task.label: task.state for task in self.tasks}

    def task(self, label: str) -> TaskRunFacts:
        """The task instance of this name. A LookupError that names those that there are where it is none of them."""
        found = [task for task in self.tasks if task.label == label]
        if not found:
            raise LookupError(
                f"no task {label!r} in the run of {self.dag_id!r}, but {', '.join(self.states) or 'none'}"
            )
        return found[0]

    @property
    def waiting(self) -> bool:
        """Whether it was left because all that remained was to wait for the outside."""
        return self.left is RunEnd.WAITING

    @property
    def handed_over(self) -> tuple[FileUseFacts, ...]:
        """Where a task read what another had left at a place that no other machine has."""
        writers: dict[str, set[str]] = {}
        found: list[FileUseFacts] = []
        for use in self.uses:
            known = writers.setdefault(use.path, set())
            if use.writes:
                known.add(use.task_id)
            elif use.fleeting and known and use.task_id not in known:
                found.append(use)
        return tuple(found)

    @property
    def path(self) -> str:
        """What was forced on it, as the beginning of a sentence; "" for the plain run."""
        forced = " and ".join(one.text for one in self.forced)
        return f"when {forced}" if forced else ""
