"""Which files a run has read as the run of another date had left them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from windtunnel.facts import FileUseFacts, VisitFacts

_TELLS_DATES = re.compile(
    r"\d|(?<![a-z])(mon|tues?|wed|thu|fri|sat|sun|[jf][aeu][nbl]|mar|apr|may|aug|sep|oct|nov|dec)", re.IGNORECASE
)
_FOLDERS_OF_RUN = re.compile(r"^.*/windtunnel-[^/]+/\d+/(tmp|cwd)/")
_MOST_BYTES = 1 << 18  # in which a date must stand to be found


def kept(first: VisitFacts | None, later: VisitFacts | None) -> Iterator[FileUseFacts]:
    """What the later of two runs has read and not written, and the first has written before it read it."""
    if first is None or later is None:
        return
    written = {use.path for use in later.uses if use.writes}
    made = {use.path: use.at for use in reversed(first.uses) if use.replaces}
    early = {use.path for use in first.uses if not use.writes and use.at < made.get(use.path, 0.0)}
    for use in later.uses:
        if not use.writes and use.path in made.keys() - written - early:
            yield use


def stale_reads(first: VisitFacts | None, later: VisitFacts) -> Iterator[str]:
    """The paths of those whose text has the date of the first run and not that of the later."""
    if first is None or not later.date or later.date == first.date:
        return
    before = [mark.encode() for mark in first.marks if mark not in later.marks]
    now = [mark.encode() for mark in later.marks]
    for path, use in {use.path: use for use in kept(first, later)}.items():
        text = use.dates.encode() if use.is_object else _beginning(path)
        if any(mark in text for mark in before) and not any(mark in text for mark in now):
            yield path


def dated_outputs(visit: VisitFacts) -> Iterator[str]:
    """The paths that a run has written whole, with its date in the text and nothing that tells dates in the path."""
    marks = [mark.encode() for mark in visit.marks]
    for path in dict.fromkeys(use.path for use in visit.uses if use.replaces and use.left and not use.is_object):
        if not _TELLS_DATES.search(_FOLDERS_OF_RUN.sub("", path)) and visit.date:
            text = _beginning(path)
            if any(mark in text for mark in marks):
                yield path


def _beginning(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""
