"""Which files a run has read as the run of another date had left them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from windtunnel.facts import FileUseFacts, VisitFacts

_TELLS_DATES = re.compile(
    r"\d|(?<![a-z])(mon|tues?|wed|thu|fri|sat|sun|[jf][aeu][nbl]|mar|apr|may|aug|sep|oct|nov|dec)", re.IGNORECASE
)
_FOLDERS_OF_RUN = re.compile(r"^.*/windtunnel-[^/]+/\d+/(tmp|cwd)/")
_DAY = re.compile(rb"(?<!\d)20\d\d([-/_]?)[01]\d\1[0-3]\d(?![\dT])(?! ?\d\d:)")
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


def clock_outputs(visit: VisitFacts, today: str) -> Iterator[tuple[str, str]]:
    """(path, date) where a run has written whole what speaks, by its name or in its text, of today or yesterday alone.

    A time of day behind a date says when something was made: that is not looked at.
    """
    now = date.fromisoformat(today)
    near = {(now - timedelta(days=n)).strftime("%Y%m%d"): (now - timedelta(days=n)).isoformat() for n in range(2)}
    marks = [mark.encode() for mark in visit.marks]
    for path in dict.fromkeys(use.path for use in visit.uses if use.replaces and use.left and not use.is_object):
        for said in (_FOLDERS_OF_RUN.sub("", path).encode(), _beginning(path)):
            days = {re.sub(rb"\D", b"", found[0]).decode() for found in _DAY.finditer(said)}
            if days and days <= near.keys() and visit.date and not any(mark in said for mark in marks):
                yield path, near[min(days)]
                break


def _beginning(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""
