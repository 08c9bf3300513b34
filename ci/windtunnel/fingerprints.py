"""What makes a finding the same finding after its file was edited: never its line, nor a figure in its message."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from windtunnel.findings import Finding

_CHANGING = re.compile(
    r"""
    (?:/private)?/(?:tmp|var/folders)/[^\s'",;:)\]]+      # folders of one run
    | \b0x[0-9a-fA-F]+\b                                  # addresses
    | \b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b                 # UUIDs
    | \b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?(?!\w)
    | (?<![\w.])\d+(?:[.,]\d+)*(?:e[+-]?\d+)?(?=[a-zA-Z]{0,3}(?!\w))  # figures, with a unit or without
    """,
    re.VERBOSE,
)


class Identity(NamedTuple):
    """What is compared: two findings with equal identities are one and the same, or one more of the same."""

    code: str
    path: str
    dag_id: str
    task_id: str
    node: str
    message: str

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """All of it but the path: what stays when a file is renamed."""
        return (self.code, *self[2:])


class KnownFinding(NamedTuple):
    """A finding that the owner knows of. `source` is the line that it was at, without the blanks around it."""

    identity: Identity
    source: str = ""


def identity(finding: Finding) -> Identity:
    """The identity of a finding: what was found, on what, in which file."""
    path = finding.location.path
    message = told_apart(finding.message, path)
    return Identity(finding.code, path, finding.dag_id, finding.task_id, finding.node, message)


def told_apart(message: str, path: str) -> str:
    """Of a message what tells it from others of its file: its normalised form, without the path."""
    return normalised(message.replace(path, "#"))


def normalised(message: str) -> str:
    """The message on one line, with `#` for what differs from run to run: figures, dates, addresses, temporary folders.

    A digit in a name stays: `load_1` and `load_2` are two things.
    """
    return _CHANGING.sub("#", " ".join(message.split()))


def fingerprints(findings: Iterable[Finding]) -> Iterator[str]:
    """A text of 16 hexadecimal digits for each finding, in their order; equal findings are numbered from the first."""
    seen: Counter[Identity] = Counter()
    for finding in findings:
        known = identity(finding)
        seen[known] += 1
        words = "\0".join((*known, str(seen[known])))
        yield hashlib.sha256(words.encode("utf-8", errors="backslashreplace")).hexdigest()[:16]
