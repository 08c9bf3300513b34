"""What a check says of a subject: the finding, and the words that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Severity(IntEnum):
    """How sure and how bad: an error is certainly wrong, a warning is risky, a notice is worth knowing."""

    NOTICE = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file of the repository.

    `path` is relative to the root with forward slashes, or absolute where the file lies outside the root;
    `line` counts from 1.
    """

    path: str
    line: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Complaint(NamedTuple):
    """What a check function yields: where, what, and (where the check's own do not do) the way out and the proof.

    `task_id` names the one task concerned, where the subject is a DAG or a run of several.
    """

    location: Location
    message: str
    evidence: str = ""
    remedy: str = ""
    task_id: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with everything a reporter needs to say so.

    `source` is the line of code at the location, `reproduce` a command for a shell, `docs` the command that shows the
    check's page.
    `suppressed` holds the reason for which the owner has silenced it; empty means that it counts. `known` is one that
    stands in the baseline: it is shown, and does not fail. `fingerprint` stays the same when lines move.
    """

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    location: Location
    source: str = ""
    dag_id: str = ""
    task_id: str = ""
    node: str = ""
    evidence: str = ""
    reproduce: str = ""
    docs: str = ""
    suppressed: str = ""
    known: bool = False
    fingerprint: str = ""
