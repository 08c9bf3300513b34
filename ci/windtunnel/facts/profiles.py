"""What enters the dataflows of a run, described without any of its values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of a table, or of an array the whole: `name` is "" where it has none.

    `missing` is a share from 0 to 1, rounded. `distinct` counts the different values, -1 where they cannot be counted,
    `counts` how often each of a few occurs, the most frequent first. `low` and `high` are rounded to two digits, and
    are there for numbers that do not look personal. `increasing` where no value is smaller than the one before.
    """

    name: str
    dtype: str
    missing: float = 0.0
    distinct: int = -1
    unique: bool = False
    increasing: bool = False
    low: float | None = None
    high: float | None = None
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EnteringFacts:
    """One thing that entered a dataflow: `rows` and `columns` of a table or an array, `rows` too of what has a length.

    `rows` is -1 of what has none.
    """

    name: str
    type: str
    rows: int = -1
    columns: tuple[ColumnFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """What entered one dataflow that a task drove; `not_read` says why nothing is known of it."""

    dag_id: str
    task_id: str
    modules: tuple[str, ...] = ()
    entering: tuple[EnteringFacts, ...] = ()
    not_read: str = ""
