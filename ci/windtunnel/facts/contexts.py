"""DAGs run again in other contexts, and what each of these runs left behind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from windtunnel.facts.processes import ProcessFacts
from windtunnel.facts.runs import FileUseFacts, RunEnd, RunFacts, TaskRunFacts
from windtunnel.findings import Location


class Occasion(str, Enum):
    """Why there is a run; the value completes the sentence "in …"."""

    DATED = "the run of its date"
    CLEARED = "the same run, cleared"
    KILLED = "a run whose tasks are killed at work"
    RESUMED = "a run whose tasks were killed at work, and repeated"
    BY_API = "a manual run by the API"
    BY_ASSET = "a run that its assets trigger"
    ELSEWHERE = "a run whose tasks share no machine"
    BESIEGED = "a run whose saves are killed at every point"


class Content(str, Enum):
    """What an output is read as: rows of a table, records of a file of data, lines of a text, or nothing but bytes."""

    TABLE = "table"
    RECORDS = "records"
    LINES = "lines"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class OutputFacts:
    """What one run did to one file, or to one `table` of an SQLite file, compared with how it was before the run.

    Who is not named was not written. A `new` one was not there before. `added` and `removed` count rows; `repeated` are
    those added that the run before had added too, word for word, `alike` the same if columns are left out in which all
    values are new; `even` where each row that was added was added an even number of times, `twice` how many of them
    are there again, beside the first of their kind.
    """

    path: str
    content: Content
    table: str = ""
    new: bool = False
    added: int = 0
    removed: int = 0
    repeated: int = 0
    alike: int = 0
    even: bool = False
    twice: int = 0

    @property
    def label(self) -> str:
        """The output as people name it."""
        return f"table {self.table!r} of {self.path}" if self.table else self.path


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """One more run of a DAG: `date` is its logical date as YYYY-MM-DD, "" for none; `state` is "" until it has ended.

    `marks` are as in RunFacts: those of two runs stand in the same order. `stale` are the files that it has read as the
    first run, of another date, had left them, with that date in them. `dated` are those that it has written whole, with
    its date in them and not in their names; `clocked` those, each with the date, that speak of the day of the clock or
    the day before alone.
    """

    occasion: Occasion
    date: str = ""
    state: str = ""
    left: RunEnd = RunEnd.FINISHED
    tasks: tuple[TaskRunFacts, ...] = ()
    uses: tuple[FileUseFacts, ...] = ()
    outputs: tuple[OutputFacts, ...] = ()
    marks: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()
    clocked: tuple[tuple[str, str], ...] = ()

    def use_of(self, path: str) -> FileUseFacts | None:
        """The first time that a task opened the file to write it, at a line of the user's."""
        return next((use for use in self.uses if use.path == path and use.writes), None)


@dataclass(frozen=True, slots=True)
class ContextFacts:
    """A DAG run again in one context, in a process of its own. `plain` is its first run, which ended well.

    `name` is what the settings call the context. `today` is the date of the clock. `scheduled` where its runs come by
    the clock, `by_asset` where assets bring them.
    """

    name: ClassVar[str] = ""

    dag_id: str
    location: Location
    plain: RunFacts
    process: ProcessFacts
    visits: tuple[VisitFacts, ...] = ()
    today: str = ""
    scheduled: bool = False
    by_asset: bool = False

    def visit(self, occasion: Occasion) -> VisitFacts | None:
        """The first run of that kind, if it came to that."""
        return next((visit for visit in self.visits if visit.occasion is occasion), None)


@dataclass(frozen=True, slots=True)
class UndatedFacts(ContextFacts):
    """Run without a date: as by the API, or by assets."""

    name = "undated"


@dataclass(frozen=True, slots=True)
class RepeatedFacts(ContextFacts):
    """Run in such a way that tasks which write are repeated for the same date."""


@dataclass(frozen=True, slots=True)
class TwiceFacts(RepeatedFacts):
    """Run for a date, then cleared and run again, in the same folders; then for another date, if that can tell more."""

    name = "twice"


@dataclass(frozen=True, slots=True)
class ResumedFacts(RepeatedFacts):
    """Run for a date, cleared and run again; then for another, with each task that writes killed once."""

    name = "retry"


@dataclass(frozen=True, slots=True)
class DatesFacts(ContextFacts):
    """Run for peculiar dates: leap days, ends of months, days on which the clocks change."""

    name = "dates"


@dataclass(frozen=True, slots=True)
class ElsewhereFacts(ContextFacts):
    """Run with each attempt on a machine of its own, as far as the working and the temporary folder make one."""

    name = "machines"
