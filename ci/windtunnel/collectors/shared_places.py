"""Places that no run has of its own: of two runs that come to one at a time, the second gives way, and is played later.

What the one does there would else be taken for the other's doing, and which of them was the first would be chance.
"""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PATIENCE = 1.0  # seconds
READ, WRITTEN, LISTED, CLEARED = "rwlc"


class GaveWay(Exception):
    """The run has come to a place where another one is."""


class Claim(NamedTuple):
    """A path, absolute or a URL, and what is done to it: a folder is listed, or cleared with all that is in it."""

    kind: str
    path: str

    def clashes(self, other: Claim) -> bool:
        """Whether who does the one can see that the other is done."""
        if self.path == other.path:
            return not {self.kind, other.kind} <= {READ, LISTED}
        return _reaches(self, other) or _reaches(other, self)


def _reaches(one: Claim, other: Claim) -> bool:
    minds = one.kind == CLEARED or (one.kind == LISTED and other.kind in (WRITTEN, CLEARED))
    return minds and other.path.startswith(f"{one.path}/")


class Board:
    """A folder in which each run of several, under a number, says where it is for as long as it is played."""

    def __init__(self, folder: str, number: int) -> None:
        self._folder, self._number = Path(folder), number
        self._known: set[Claim] = set()

    def is_free(self, claim: Claim) -> bool:
        """Whether no other run is there; then none will be until this one has ended. Any process of it may ask."""
        if claim in self._known:
            return True
        with _alone(self._folder):
            is_free = not any(claim.clashes(known) for known in self._others())
            _write(self._file, [claim], is_met=not is_free)
        if is_free:
            self._known.add(claim)
        return is_free

    def begin(self, claims: frozenset[Claim]) -> None:
        """The run will come to these places: it has been there before."""
        with _alone(self._folder):
            _write(self._file, claims)

    def read(self) -> tuple[frozenset[Claim], bool]:
        """Where it has been, and whether another run was there when it came to the last of these places."""
        lines = _lines_of(self._file)
        return frozenset(claim for claim, _ in lines), any(is_met for _, is_met in lines)

    def clear(self) -> None:
        """It has ended."""
        self._file.unlink(missing_ok=True)

    @property
    def _file(self) -> Path:
        return self._folder / str(self._number)

    def _others(self) -> Iterator[Claim]:
        for file in self._folder.iterdir():
            if file.name.isdecimal() and file != self._file:
                yield from (claim for claim, is_met in _lines_of(file) if not is_met)


def _write(file: Path, claims: frozenset[Claim] | list[Claim], *, is_met: bool = False) -> None:
    with file.open("ab") as lines:
        for kind, path in claims:
            lines.write(f"{kind}{'!' if is_met else ' '}".encode() + path.encode("unicode_escape") + b"\n")


def _lines_of(file: Path) -> list[tuple[Claim, bool]]:
    with contextlib.suppress(OSError):
        lines = file.read_bytes().splitlines()
        return [(Claim(chr(line[0]), line[2:].decode("unicode_escape")), line[1:2] == b"!") for line in lines]
    return []


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    give_up = time.monotonic() + _PATIENCE  # somebody may have forked while he had it, and his child has it still
    with (folder / "lock").open("ab") as lock:
        while time.monotonic() < give_up:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(0.001)
        yield
