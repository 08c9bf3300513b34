"""One task of a DAG, and what it has to do with others."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.findings import Location


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
    does. `cuts` are the tasks that a short circuit skips when it stops, `on_failure` the names of the callbacks that
    hear of its failure. `nature` is what two tasks have in common that can be merged into one, "" for a task that
    cannot; `instances` of how many task instances it is at most, the exact number unless it is mapped over what only a
    run knows (`is_bound`). `spans` where its templates, or the text of its function, name both ends of the data
    interval.
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
    cuts: tuple[str, ...] = ()
    on_failure: tuple[str, ...] = ()
    spans: bool = False
