"""What a value looked like when it was saved and when it was loaded, and what was lost between."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.findings import Location

MOST_ROWS = 200
"""So many rows of a table are looked at, the first, the last, and those between at equal distances."""
KEYS = "the type of the keys"
"""The place of a loss, followed by that of the mapping if it lies in another one."""
NOT_THERE = "not there"
"""What a column was that is there only since the table was read back."""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A column or the index of a table, or one entry of something nested.

    `kind` is its type as people name it, `family` what that holds: texts, integers, times. `cells` are some of its
    values, each a letter for its own family and then its text; they stand in the same rows in all parts of a table.
    """

    name: str
    kind: str
    family: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """A value by its `kind`, the name of its type. `rows` is -1, and `index` None, for what is no table.

    `names` is the family that the names of the columns are of.
    """

    kind: str
    parts: tuple[PartFacts, ...] = ()
    rows: int = -1
    index: PartFacts | None = None
    names: str = ""


class Grade(str, Enum):
    """What was lost: a value, a text that was taken for a number or for nothing, a type, the order or the index."""

    VALUE = "value"
    GUESS = "guess"
    TYPE = "type"
    FRAME = "frame"


@dataclass(frozen=True, slots=True)
class LossFacts:
    """One place, as people name it, which was something and became something else.

    `used_by` is the node or function that uses it as it came back, and does not set it right; "" where none is seen to.
    """

    grade: Grade
    place: str
    was: str
    became: str
    used_by: str = ""

    @property
    def text(self) -> str:
        """The end of a sentence."""
        return f"{self.place} was {self.was}, is read back as {self.became}"


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """What a saver left at a path: `stamp` is the size of the file and the time of its latest change."""

    task_id: str
    node: str
    location: Location
    format: str
    path: str
    stamp: tuple[int, int]
    value: ValueFacts


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """A loader of one task that has read what a saver of an earlier task left, and what had been lost on the way.

    `node` is that of Hamilton's loader, or the function that has called a reader of pandas.
    `hurt` says which node declares a type that the loaded value is not of; "" where none does.
    """

    task_id: str
    node: str
    saved: KeptFacts
    losses: tuple[LossFacts, ...] = ()
    hurt: str = ""
