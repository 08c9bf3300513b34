"""What was seen: plain frozen records that collectors make and checks read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.findings import Location


class End(str, Enum):
    """How an isolated child process ended."""

    COMPLETED = "completed"
    TIMED_OUT = "timed out"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """The end of one child process: `detail` is empty where it completed.

    `output` is the last of what it printed, which was `printed` bytes.
    """

    end: End
    detail: str = ""
    output: str = ""
    seconds: float = 0.0
    printed: int = 0


TO_CHANGE_FILES = "to change files"


@dataclass(frozen=True, slots=True)
class FailureFacts:
    """An exception in the user's code: `location` is the innermost line of the user's own files.

    `traceback` keeps the user's frames only; `needs` names what the code asked of the outside and the run
    could not give (a connection, a variable, the network), empty where nothing of the kind was the cause. `hint` is
    the way out of this very failure, as far as it is known.
    """

    type: str
    message: str
    location: Location | None
    traceback: str
    needs: str = ""
    hint: str = ""

    @property
    def summary(self) -> str:
        """The first line that a reader needs: type and message."""
        first = self.message.strip().splitlines()
        return ": ".join(part for part in (self.type, first[0] if first else "") if part)

    @property
    def wanted_to_write(self) -> bool:
        """Whether it failed, at once or later, because windtunnel lets no DAG file change files while it is loaded."""
        return self.needs.startswith(TO_CHANGE_FILES)


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """An asset as a schedule or a task names it; an alias, or a reference, has only one of `name` and `uri`.

    `suffices` where a schedule needs no other asset for a run, `watched` where a watcher brings its events.
    """

    name: str
    uri: str
    is_alias: bool = False
    suffices: bool = False
    watched: bool = False


@dataclass(frozen=True, slots=True)
class ExternalFacts:
    """What a task says of another DAG: of which tasks it waits for the end, or passes the clearing on.

    `whole` where it means the DAG's run as such; `tasks` and `group` are what else is known of what it means. The run
    is the one whose logical date is `delta` minutes before its own, or any that a function chooses where not `fixed`.
    `until_end` where it waits for the end of what it means, and not for a state on the way there.
    """

    dag_id: str
    tasks: tuple[str, ...] = ()
    group: str = ""
    whole: bool = True
    delta: float = 0.0
    fixed: bool = True
    until_end: bool = True


@dataclass(frozen=True, slots=True)
class ChoiceFacts:
    """What a branch literally answers at one place of its text: ids of tasks or of task groups.

    `whole` where the answer holds nothing else; `named` are those of `targets` that the text may give to something as
    an id, though no task of the DAG came of it: the file may make it under other conditions.
    """

    targets: tuple[str, ...]
    location: Location
    whole: bool = True
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SensorFacts:
    """How a sensor waits; `timeout` and `poke_interval` are in seconds.

    `chosen` where somebody has set the timeout, `clock` where it waits for nothing but a time that surely comes,
    `movable` where it could wait in another mode.
    """

    timeout: float
    poke_interval: float
    mode: str = "poke"
    deferrable: bool = False
    chosen: bool = False
    clock: bool = False
    movable: bool = True


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """What bounds the attempts of a task. `execution_timeout` is in seconds, 0.0 for none.

    `bounds_itself` where an argument of its own, or the text of its function, sets a timeout; `retries_chosen` where
    somebody has set `retries`, or the text of its function repeats what failed.
    """

    execution_timeout: float = 0.0
    bounds_itself: bool = False
    retries: int = 0
    retries_chosen: bool = False


@dataclass(frozen=True, slots=True)
class MappingFacts:
    """A mapped task: `over` are the tasks whose output decides how many copies there are, none where the text does.

    `bounded` where somebody has decided how many of them may be at work at a time.
    """

    over: tuple[str, ...] = ()
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """One task as it was loaded; `location` is where its function or its operator call stands.

    `triggers` is the dag_id that it starts a run of, "" for a task that starts none; `waits` whether the task, by its
    kind, may wait for something outside; `awaits` the dag_id whose run it waits for, "" for none. `external` says what
    of that DAG it waits for, or what it `marks` there (ExternalTaskMarker); `may_skip` whether, by its kind, it may end
    without what is behind it: a short circuit, or the trigger of a run that there can be only once. `choices` are the
    literal answers of a branch; `outside` is by what the task talks to other systems, "" where nothing says that it
    does. `nature` is what two tasks have in common that can be merged into one, "" for a task that cannot; `instances`
    of how many task instances it is at most, the exact number unless it is mapped over what only a run knows
    (`is_bound`).
    """

    dag_id: str
    task_id: str
    operator: str
    location: Location
    waits: bool = False
    triggers: str = ""
    awaits: str = ""
    trigger_rule: str = "all_success"
    is_branch: bool = False
    is_setup: bool = False
    is_teardown: bool = False
    marks: str = ""
    external: ExternalFacts | None = None
    may_skip: bool = False
    produces: tuple[AssetFacts, ...] = ()
    pool: str = ""
    queue: str = ""
    choices: tuple[ChoiceFacts, ...] = ()
    outside: str = ""
    limits: LimitFacts = LimitFacts()
    mapping: MappingFacts | None = None
    sensor: SensorFacts | None = None
    nature: str = ""
    instances: int = 1
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The graph theory of one DAG.

    `longest_path` is one of the longest chains of tasks, `antichain` one of the largest sets of tasks of which none
    waits for another (Dilworth; a mapped task counts once), `redundant_edges` those that the transitive reduction
    leaves out. `peak` is the most task instances that are ready at one time if each takes the same time and nothing
    limits parallelism; a mapped task counts as all of its instances, or as their bound.
    """

    tasks: int
    edges: int
    longest_path: tuple[str, ...]
    antichain: tuple[str, ...]
    redundant_edges: tuple[tuple[str, str], ...]
    peak: int = 0

    @property
    def width(self) -> int:
        """How many tasks can be candidates to run at the same time."""
        return len(self.antichain)

    @property
    def linearity(self) -> float:
        """Longest path / number of tasks: 1.0 is a chain. A DAG without tasks counts as a chain."""
        return len(self.longest_path) / self.tasks if self.tasks else 1.0


@dataclass(frozen=True, slots=True)
class CronFacts:
    """One cron expression taken apart: it fires at every `minutes` of every `hours` of the days that it names.

    `days` (of the month) and `weekdays` (0 is Sunday) are empty where the expression names none. `offsets` are the
    minutes that the clocks of its `zone` are ahead of UTC in the next two years, `shift` those from the logical date to
    the moment at which it fires.
    """

    expression: str
    zone: str
    offsets: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    shift: int = 0


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A time of a schedule that is out of the ordinary because the clocks change: `wall` as they would show it.

    `times` is how often they show it, and `runs` are the moments, ISO 8601 in local time, of the runs that it has.
    """

    wall: str
    zone: str
    times: int
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """When a DAG runs. Dates are ISO 8601 in UTC, "" where the DAG has none.

    `summary` is Airflow's word for the timetable ("0 6 * * *", "@once", "None"); `next_runs` are the first five from
    now on; `due` counts the runs that catchup would create at once, up to `MOST_DUE`; `failure` is why Airflow cannot
    tell. `naive_start` where the expression gets its time zone from a start date that was given without one,
    `wants_start` where there is no run only because there is no start date. `crons` are empty for any schedule that is
    not cron alone.
    """

    summary: str = "None"
    start: str = ""
    end: str = ""
    next_runs: tuple[str, ...] = ()
    due: int = 0
    failure: str = ""
    naive_start: bool = False
    wants_start: bool = False
    crons: tuple[CronFacts, ...] = ()
    clock_changes: tuple[ClockChange, ...] = ()


MOST_DUE = 1000


@dataclass(frozen=True, slots=True)
class DagFacts:
    """One DAG as the DagBag holds it. `unserializable` is Airflow's reason why it cannot be stored, or empty.

    `edges` are (upstream, downstream) pairs of task_ids, `groups` the task groups with the tasks in them,
    `consumes` the assets that the schedule names; `tags` are sorted. `run_timeout` is in seconds, 0.0 for none.
    `digest` is the same for a DAG that Airflow would take for the same version, "" where it cannot be stored.
    """

    dag_id: str
    location: Location
    tasks: tuple[TaskFacts, ...]
    shape: Shape
    unserializable: str = ""
    edges: tuple[tuple[str, str], ...] = ()
    schedule: ScheduleFacts = ScheduleFacts()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    consumes: tuple[AssetFacts, ...] = ()
    run_timeout: float = 0.0
    digest: str = ""
    tags: tuple[str, ...] = ()

    @property
    def is_peak_bound(self) -> bool:
        """Whether the peak counts a mapped task by a bound: only a run knows the list that it is mapped over."""
        return any(task.is_bound for task in self.tasks)


class Cause(str, Enum):
    """What was another thing when a file was parsed again and made another DAG of itself."""

    PARSE = "nothing"
    ADDRESS = "the address of an object in memory"
    CLOCK = "the date"
    HASH_SEED = "the hash seed"
    LISTING = "the order in which folders are listed"
    TIME_ZONE = "the time zone"
    TOGETHER = "the date, the hash seed, the order in which folders are listed and the time zone, together"


class DifferenceKind(str, Enum):
    """In which of its parts a DAG differs from parse to parse."""

    ID = "id"
    EDGE = "edge"
    FIELD = "field"
    LOAD = "load"


@dataclass(frozen=True, slots=True)
class DifferenceFacts:
    """One difference between two parses of a DAG: `key` names the place, `text` says it with what both have there."""

    kind: DifferenceKind
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class AskFacts:
    """A line of the user's that asks, at import, for what differs between parses: `what` is the function it calls."""

    cause: Cause
    what: str
    location: Location


@dataclass(frozen=True, slots=True)
class ParseFacts:
    """One more parse of a DAG file. `dags` are (dag_id, digest), or (dag_id, whole text) where that was wanted.

    `failure` says why the file did not load; then there are no DAGs.
    """

    path: str
    dags: tuple[tuple[str, str], ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class InstabilityFacts:
    """A DAG that is another one when its file is parsed again, for one `cause`. `asks` are the lines that may do it.

    `dag_id` is "" where it is the id of the DAG itself that differs.
    """

    dag_id: str
    location: Location
    cause: Cause
    differences: tuple[DifferenceFacts, ...]
    asks: tuple[AskFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class LineTimeFacts:
    """A line of the user's, and the seconds until what it started had ended, while its file was imported.

    `depth` counts the user's lines that had called it; `package` is what it imported or called for the longest time,
    "" for nothing but what is built into Python.
    """

    location: Location
    text: str
    seconds: float
    depth: int
    package: str = ""


@dataclass(frozen=True, slots=True)
class SlowImportFacts:
    """The import of a DAG file that took too long, measured again with nothing loaded before but Airflow.

    `lines` are the slowest of the user's, the slowest first.
    """

    path: str
    seconds: float
    lines: tuple[LineTimeFacts, ...]


class Effect(str, Enum):
    """What a file can do to the world while it is imported."""

    NETWORK = "network"
    PROCESS = "process"
    FILE = "file"
    THREAD = "thread"
    METADATA = "metadata"
    PROCESS_STATE = "process state"


@dataclass(frozen=True, slots=True)
class EffectFacts:
    """One effect of an import: `what` was reached, started or changed, and the user's line that did it.

    For a FILE it is the deed ("write dags/a.txt"), which windtunnel refused. The line of a change of the process's own
    state, which only shows afterwards, is known where it stands in the text.
    """

    effect: Effect
    what: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """One object that several tasks hold, and that the text changes after it has given it to one of them.

    `name` is how the text writes it, `argument` under which the tasks hold it; `location` is where it is changed.
    """

    name: str
    argument: str
    tasks: tuple[str, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class ReusedIdFacts:
    """A DAG id that one file gives to several DAGs, of which Airflow keeps one: `lines` are where each is made."""

    dag_id: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClashFacts:
    """A module that the user's code imports by `name` at `location`, and that two places answer to.

    `used` and `hidden` are files, as findings name them; `used` may be what is installed, named by its distribution's
    module.
    """

    name: str
    location: Location
    used: str
    hidden: str


@dataclass(frozen=True, slots=True)
class DagFileFacts:
    """One candidate DAG file, loaded in a process of its own.

    `uncalled` are the functions under a `@dag` decorator that nothing in the file calls, with their lines,
    `uncalled_tasks` those under `@task` and its like; `unreached` those that would make a DAG otherwise and that the
    import of the file does not reach. `lost` are the DAGs that the import makes and Airflow does not collect, by their
    ids, with their lines. `started_in` is the folder, as findings name it, that the process had to stand in for the
    file to give its DAGs, "" where it does not matter; then `stumbled` is the failure anywhere else, None where it just
    gave none.
    `import_seconds` is what reading it took, with what it imports that was there before, but is not under Airflow.
    `unstable` and `slow_import` are what was seen when it was read again.
    """

    path: str
    process: ProcessFacts
    failures: tuple[FailureFacts, ...] = ()
    dags: tuple[DagFacts, ...] = ()
    uncalled: tuple[tuple[str, int], ...] = ()
    effects: tuple[EffectFacts, ...] = ()
    uncalled_tasks: tuple[tuple[str, int], ...] = ()
    shared: tuple[SharedFacts, ...] = ()
    unreached: tuple[tuple[str, int], ...] = ()
    lost: tuple[tuple[str, int], ...] = ()
    reused: tuple[ReusedIdFacts, ...] = ()
    clashes: tuple[ClashFacts, ...] = ()
    started_in: str = ""
    stumbled: FailureFacts | None = None
    import_seconds: float = 0.0
    unstable: tuple[InstabilityFacts, ...] = ()
    slow_import: SlowImportFacts | None = None


@dataclass(frozen=True, slots=True)
class UnseenDagsFacts:
    """DAGs that Airflow does not look at: `files` are (path, dag_ids) pairs.

    `pattern` is the line of an .airflowignore, at `location`, that hides the files; "" where it is safe mode that drops
    the one file, whose DAG stands at `location`.
    """

    location: Location
    files: tuple[tuple[str, tuple[str, ...]], ...]
    pattern: str = ""


class NeedKind(str, Enum):
    """What a DAG file can ask of its deployment."""

    CONNECTION = "connection"
    VARIABLE = "variable"
    ENVIRONMENT = "environment variable"
    POOL = "pool"
    QUEUE = "queue"
    ASSET = "asset"


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """One place at which something is asked of the deployment.

    It is `required` where the code has no way on without it: no default, and for an asset, a DAG that waits for it.
    `form` is the type of a connection, "json" for a variable that is read as such, "made" for an asset that a task
    makes or a watcher feeds, "" where nothing is known of it.
    """

    kind: NeedKind
    name: str
    location: Location
    required: bool = True
    at_import: bool = False
    form: str = ""


@dataclass(frozen=True, slots=True)
class InventoryFacts:
    """What one DAG file, with what it imports of the repository, asks of its deployment, sorted by place."""

    path: str
    process: ProcessFacts
    failures: tuple[FailureFacts, ...] = ()
    needs: tuple[NeedFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """All DAG files that were loaded in one run, sorted by path.

    `complete` where they are all that the repository has, and each of them loaded: what is not among them is not there.
    """

    files: tuple[DagFileFacts, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class TaskRunFacts:
    """One task instance after the run; `map_index` is -1 for a task that is not mapped.

    `state` is Airflow's word, "" where the task was never started; `seconds` is the time of the last attempt.
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


@dataclass(frozen=True, slots=True)
class DriverFacts:
    """One execution of a Hamilton driver inside a task."""

    task_id: str
    map_index: int
    modules: tuple[str, ...]
    nodes: tuple[str, ...]
    executed: tuple[str, ...]
    final_vars: tuple[str, ...]
    inputs: tuple[str, ...]
    overrides: tuple[str, ...]
    seconds: float


class SaveState(str, Enum):
    """What became of one promised save."""

    WHOLE = "whole"
    NEVER_REQUESTED = "never requested"
    NOT_REACHED = "not reached"
    MISSING = "missing"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    UNFINISHED = "unfinished"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class SaveFacts:
    """One saver node of a dataflow that a task drove, and what lay at its path when the task ended.

    `path` is "" where the saver names none or did not run; `size` is in bytes; `detail` says what was wrong, or for
    UNSEEN why windtunnel could not look.
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


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run of one DAG by `dag.test()`, in a process of its own. `state` is the run's, "" where it has none.

    `failure` is an exception that kept the run itself from starting or from going on. A run that was out of time is
    `waiting` where no code of the user's was at work, but a sensor, a trigger, or Airflow itself. `marks` are texts that
    belong to this run alone (its run_id, its date in the usual forms, its temporary folder); `beside` is how many runs
    of the DAG catchup may have at work at one time.
    """

    dag_id: str
    location: Location
    process: ProcessFacts
    state: str = ""
    tasks: tuple[TaskRunFacts, ...] = ()
    drivers: tuple[DriverFacts, ...] = ()
    saves: tuple[SaveFacts, ...] = ()
    failure: FailureFacts | None = None
    waiting: bool = False
    marks: tuple[str, ...] = ()
    beside: int = 1


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One node of a module's graph that a function of that module makes."""

    name: str
    function: str
    location: Location
    type: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataflowFacts:
    """One Hamilton module, imported and built alone, in a process of its own."""

    module: str
    path: str
    process: ProcessFacts
    nodes: tuple[NodeFacts, ...] = ()
    failure: FailureFacts | None = None


class Property(str, Enum):
    """What is asked of every node function, whatever it computes."""

    NO_EXCEPTION = "no unexpected exception"
    RETURN_TYPE = "result matches the return annotation"
    INPUTS_UNCHANGED = "inputs are not changed"
    DETERMINISTIC = "same inputs give the same result"


@dataclass(frozen=True, slots=True)
class CounterExample:
    """A property that does not hold: `call` is the smallest failing call, as code, and `detail` what it did."""

    property: Property
    call: str
    detail: str
    location: Location


@dataclass(frozen=True, slots=True)
class PropertyFacts:
    """The properties of one node, tried on generated inputs.

    `not_exercised` says why no example could be made (a parameter whose type says too little); then nothing was tried.
    `examples` counts the inputs on which every property was judged, `declined` those that the function refused
    by raising on purpose.
    """

    module: str
    path: str
    node: str
    location: Location
    process: ProcessFacts
    tried: tuple[Property, ...] = ()
    examples: int = 0
    declined: int = 0
    counterexamples: tuple[CounterExample, ...] = ()
    not_exercised: str = ""


@dataclass(frozen=True, slots=True)
class CheckCrash:
    """A check of ours that raised: what it was reading is unjudged."""

    code: str
    name: str
    location: Location
    traceback: str
