"""What a task instance was given to work with, and what it handed on."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class PushFacts:
    """An XCom that was pushed: the type of its value in Python, and its size as it is stored, in bytes.

    `change` says what of the value is another after the way through the database, "" where nothing is. `has_nul` where
    a text in it has the character 0.
    """

    key: str
    type: str
    size: int
    change: str = ""
    has_nul: bool = False


@dataclass(frozen=True, slots=True)
class PullFacts:
    """An XCom that the user's code or a template asked for, of a task of the same run, and whether there was one.

    `location` is the line that asked, None for a template. `optional` where it was asked for in a way that expects
    that there may be none; `expected` where the DAG file speaks of such a task or such a key elsewhere, so that there
    may be one under other conditions. `barren` where the task that was asked never pushes a result, by its make.
    """

    task_id: str
    key: str
    found: bool
    location: Location | None = None
    optional: bool = False
    expected: bool = False
    barren: bool = False


@dataclass(frozen=True, slots=True)
class UnrenderedFacts:
    """A template that was still in the text when the task began: `place` names it as words of a sentence."""

    place: str
    template: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeakFacts:
    """A secret of the deployment, by the name that it has there, and where it can be read."""

    secret: str
    place: str


@dataclass(frozen=True, slots=True)
class DataFacts:
    """All of that; `rendered` are (field, short text) for each template field that is not empty."""

    rendered: tuple[tuple[str, str], ...] = ()
    unrendered: tuple[UnrenderedFacts, ...] = ()
    pushed: tuple[PushFacts, ...] = ()
    pulled: tuple[PullFacts, ...] = ()
    leaks: tuple[LeakFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class LateFacts:
    """A function that tasks made in a loop share, and that reads the loop's variables when the loop is over.

    `names` are these variables, `tasks` the ids of the tasks.
    """

    names: tuple[str, ...]
    tasks: tuple[str, ...]
    location: Location
