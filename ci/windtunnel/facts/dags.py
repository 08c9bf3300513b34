"""One DAG: its tasks, its shape, its schedule."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.facts.tasks import AssetFacts, TaskFacts
from windtunnel.findings import Location


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
    not cron alone. `instant` where the data interval of each run ends when it begins.
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
    instant: bool = False


MOST_DUE = 1000


@dataclass(frozen=True, slots=True)
class DagFacts:
    """One DAG as the DagBag holds it. `unserializable` is Airflow's reason why it cannot be stored, or empty.

    `edges` are (upstream, downstream) pairs of task_ids, `data_edges` those of them by which the one task hands the
    other its result; `groups` the task groups with the tasks in them, `consumes` the assets that the schedule names;
    `tags` are sorted. `run_timeout` is in seconds, 0.0 for none. `digest` is the same for a DAG that Airflow would take
    for the same version, "" where it cannot be stored. `on_failure` are the names of the callbacks that
    hear of a failed run.
    """

    dag_id: str
    location: Location
    tasks: tuple[TaskFacts, ...]
    shape: Shape
    unserializable: str = ""
    edges: tuple[tuple[str, str], ...] = ()
    data_edges: tuple[tuple[str, str], ...] = ()
    schedule: ScheduleFacts = ScheduleFacts()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    consumes: tuple[AssetFacts, ...] = ()
    run_timeout: float = 0.0
    digest: str = ""
    tags: tuple[str, ...] = ()
    on_failure: tuple[str, ...] = ()

    @property
    def is_peak_bound(self) -> bool:
        """Whether the peak counts a mapped task by a bound: only a run knows the list that it is mapped over."""
        return any(task.is_bound for task in self.tasks)
