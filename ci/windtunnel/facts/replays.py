"""Dataflows of real runs played again, with something else entering them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.facts.processes import ProcessFacts
from windtunnel.findings import Location


class Disturbance(str, Enum):
    """What is changed of that which enters a dataflow."""

    MISSING = "missing values"
    SMALL = "few rows"
    ZERO = "zeros"
    DTYPES = "other dtypes"
    CONSTANT = "constant columns"
    DUPLICATES = "duplicate rows"
    EXTREME = "extreme numbers"
    TEXT = "unseen texts"
    ORDER = "another order or index"
    ZONE = "another time zone"


@dataclass(frozen=True, slots=True)
class BreakFacts:
    """A node that broke, and no other before it, when one thing that enters the dataflow was changed.

    `change` says what, for the end of a sentence; `others` are further changes that break it at the same place in the
    same way. `outcome` is what the node did, as the predicate of a sentence. `code` makes it happen again with the
    smallest input that does; it is "" where that is not small, or cannot be written as code.
    """

    kind: Disturbance
    node: str
    location: Location
    change: str
    outcome: str
    others: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class UnrepeatedFacts:
    """A node that did not do again what it did in the real run, on the same arguments; `detail` is a predicate."""

    node: str
    location: Location
    detail: str


@dataclass(frozen=True, slots=True)
class PeekFacts:
    """Rows for training, the part `split`, that change when only those of the part `held` do, of what is `entering`.

    `held` is "" where these are only the later ones.

    `node` is the first that gives something else for the training rows then.
    """

    node: str
    location: Location
    split: str
    held: str
    entering: str


@dataclass(frozen=True, slots=True)
class ReplayFacts:
    """One dataflow that a task of a run drove, played again: as it was, and with changes of what enters it.

    `location` is that of the task, `nodes` the number of nodes that took part, `trials` of the changes tried,
    `declined` of those that the dataflow refused on purpose. `unrepeated` nodes took no part. `not_played` says why
    nothing was tried. `out_of_time` where changes were left that the budget did not reach.
    """

    dag_id: str
    task_id: str
    path: str
    location: Location
    process: ProcessFacts
    modules: tuple[str, ...] = ()
    nodes: int = 0
    trials: int = 0
    declined: int = 0
    breaks: tuple[BreakFacts, ...] = ()
    peeks: tuple[PeekFacts, ...] = ()
    unrepeated: tuple[UnrepeatedFacts, ...] = ()
    not_played: str = ""
    out_of_time: bool = False
