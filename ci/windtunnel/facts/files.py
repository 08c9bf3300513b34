"""DAG files, what they do while they are imported, and what they ask of their deployment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.facts.dags import DagFacts
from windtunnel.facts.data import LateFacts
from windtunnel.facts.parses import InstabilityFacts, SlowImportFacts
from windtunnel.facts.processes import FailureFacts, ProcessFacts
from windtunnel.findings import Location


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
    `unstable` and `slow_import` are what was seen when it was read again. `late` are the functions of tasks that look a
    variable of a loop up when the loop is over.
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
    late: tuple[LateFacts, ...] = ()


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

    `complete` where they are all that the repository has, and each of them loaded: what is not there is nowhere.
    `known` where at least the ids of all DAGs are: those of files that did not load are `written`, as in their text.
    """

    files: tuple[DagFileFacts, ...]
    complete: bool
    known: bool = False
    written: tuple[str, ...] = ()
