"""DAG files that were read again: what differed, and what took its time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.findings import Location


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
