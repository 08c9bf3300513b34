"""In which order runs are played: two that come to one place are kept apart, and all others go side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from windtunnel.collectors.shared_places import Board, Claim

Asked = TypeVar("Asked")

_TRIES_BESIDE_OTHERS = 2


@dataclass(frozen=True, slots=True)
class Turn(Generic[Asked]):
    """What is asked for, its number, and the places that it has come to when it gave way to another."""

    asked: Asked
    number: int
    claims: frozenset[Claim] = frozenset()
    tries: int = 0


class Agenda(Generic[Asked]):
    """Hands out what may be played now, and stops where nothing may; it goes on when something has `ended`.

    What gives way twice is played when nothing else is, so that none is played more than three times. `first` are, for
    each, the numbers of those that are to be played before it, where that is possible.
    """

    def __init__(self, asked: Iterable[Asked], folder: str, first: Sequence[Collection[int]] = ()) -> None:
        self._fresh = deque(Turn(one, number) for number, one in enumerate(asked))
        self._later: list[Turn[Asked]] = []
        self._at_work: dict[int, Turn[Asked]] = {}
        self._undone = {turn.number for turn in self._fresh}
        self._folder, self._first = folder, first

    @property
    def is_done(self) -> bool:
        """Whether all has been played."""
        return not self._undone

    def __iter__(self) -> Iterator[Turn[Asked]]:
        return self

    def __next__(self) -> Turn[Asked]:
        turn = self._next()
        if turn is None:
            raise StopIteration
        self._at_work[turn.number] = turn
        if turn.claims:
            self._board(turn).begin(turn.claims)
        return turn

    def ended(self, number: int) -> bool:
        """Whether a run has ended for good; else it gave way, and will be played again."""
        turn = self._at_work.pop(number)
        claims, gave_way = self._board(turn).read()
        self._board(turn).clear()
        if gave_way:
            self._later.append(replace(turn, claims=turn.claims | claims, tries=turn.tries + 1))
        else:
            self._undone.discard(number)
        return not gave_way

    def _next(self) -> Turn[Asked] | None:
        if any(turn.tries >= _TRIES_BESIDE_OTHERS for turn in self._at_work.values()):
            return None
        taken = (
            [claim for turn in self._at_work.values() for claim in self._board(turn).read()[0]] if self._later else []
        )
        for turn in self._later:
            if self._may_begin(turn, taken):
                self._later.remove(turn)
                return turn
        while self._fresh:
            turn = self._fresh.popleft()
            if self._may_begin(turn, taken):
                return turn
            self._later.append(turn)
        return self._later.pop(0) if self._later and not self._at_work else None

    def _may_begin(self, turn: Turn[Asked], taken: Collection[Claim]) -> bool:
        if turn.tries >= _TRIES_BESIDE_OTHERS:
            return not self._at_work
        if self._first and any(number in self._undone for number in self._first[turn.number]):
            return False
        return not any(claim.clashes(other) for claim in turn.claims for other in taken)

    def _board(self, turn: Turn[Asked]) -> Board:
        return Board(self._folder, turn.number)
