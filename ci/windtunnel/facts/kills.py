"""Saves that were killed at every point of their work, and what a reader and a retry then found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.facts.contexts import ContextFacts
from windtunnel.findings import Location


class Fault(str, Enum):
    """What is done to a save; the value completes the sentence "when …"."""

    KILLED = "it is killed"
    FULL = "the disk is full"
    DENIED = "it may not write there"


class Sight(str, Enum):
    """What a reader sees of a file that was being saved, the worst last."""

    WHOLE = "whole"
    UNTOUCHED = "as it was before"
    UNSURE = "changed"
    GONE = "gone"
    TORN = "torn"


@dataclass(frozen=True, slots=True)
class KillFacts:
    """One fault at one `point` of a save: what a reader then sees of `path`, the file that fared worst.

    `again` where the file of an earlier run lay there. `swallowed` where the saver ended well all the same and the file
    is not there; `strays` is how many files it left that it leaves not when nobody disturbs it. `mended` where the
    save, done once more over all that, left what it leaves undisturbed.
    """

    fault: Fault
    point: str
    sight: Sight
    path: str = ""
    detail: str = ""
    again: bool = False
    swallowed: bool = False
    strays: int = 0
    mended: bool = True


@dataclass(frozen=True, slots=True)
class RetryFacts:
    """A task that met a fault in a save, and what came of it when Airflow had repeated it as it repeats any.

    `swallowed` where the attempt that met the fault was marked success without its file; `state` is the task's in the
    end. `differs` says where the result is not that of an undisturbed run, `strays` are files that lie there beside.
    """

    fault: Fault
    point: str
    state: str
    differs: str = ""
    strays: tuple[str, ...] = ()
    swallowed: bool = False


@dataclass(frozen=True, slots=True)
class KilledSaveFacts:
    """A save under fire: `unseen` says why it was not tried, or not to the end."""

    task_id: str
    node: str
    format: str
    location: Location
    path: str = ""
    kills: tuple[KillFacts, ...] = ()
    retries: tuple[RetryFacts, ...] = ()
    unseen: str = ""


@dataclass(frozen=True, slots=True)
class KilledFacts(ContextFacts):
    """Run for a date; then each task that saves once more, its saves killed at every point, and repeated."""

    name = "kills"

    saves: tuple[KilledSaveFacts, ...] = ()
