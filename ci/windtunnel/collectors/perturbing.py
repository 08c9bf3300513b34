"""One recorded dataflow played with changes of what enters it: which nodes break, and on which change."""

from __future__ import annotations

import importlib.util
import inspect
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windtunnel.collectors.changes_of_data import Change, changed, has_rows, part, rounds
from windtunnel.collectors.contracts import Contracts
from windtunnel.collectors.failures import failure_facts, relative
from windtunnel.collectors.persons import Persons
from windtunnel.collectors.properties_compare import same
from windtunnel.collectors.properties_refusal import refused
from windtunnel.collectors.replay import NotReplayable, Raised, Replay
from windtunnel.facts import Disturbance, UnrepeatedFacts
from windtunnel.findings import Location

_MOST_ROWS = 200  # what breaks on more breaks on these, and each trial costs as much as the whole dataflow
_TEXT_FORMATS = ("csv", "json", "excel", "table", "fwf", "html", "clipboard")


@dataclass(frozen=True, slots=True)
class Break:
    """What one node did on one change, and where."""

    change: Change
    node: str
    location: Location
    outcome: str
    error: str

    @property
    def identity(self) -> tuple[Disturbance, str, Location, str]:
        """What several changes have in common that break a node in the same way."""
        return self.change.kind, self.node, self.location, self.error


@dataclass(slots=True)
class Survey:
    """What was found so far."""

    trials: int = 0
    declined: int = 0
    out_of_time: bool = False
    breaks: dict[tuple[Disturbance, str, Location, str], list[Break]] = field(default_factory=dict)


class Stage:
    """A replay made ready: what enters it in a size that can be played often, and the nodes that can be judged.

    `unrepeated` are those that did not do again what they did in the real run; neither they nor what is behind them is
    judged.
    """

    def __init__(self, replay: Replay, root: Path) -> None:
        self.replay, self.root = replay, root
        self.entering = dict(self._available())
        self.unrepeated = tuple(self._unrepeated())
        for one in self.unrepeated:
            replay.left_out.setdefault(one.node, one.detail)
        self.tables = {name: value for name, value in self.entering.items() if has_rows(value)}
        self._sample()

    def _available(self) -> Iterator[tuple[str, Any]]:
        for name in self.replay.entering:
            try:
                yield name, self.replay.value_of(name)
            except NotReplayable as reason:
                for node in self.replay.nodes:
                    if name in self.replay.needed_by(node):
                        self.replay.left_out.setdefault(node, str(reason))

    def _unrepeated(self) -> Iterator[UnrepeatedFacts]:
        replay = self.replay
        for name in replay.nodes:
            if name in replay.left_out:
                continue
            try:
                arguments = replay.arguments_of(name)
                before = replay.value_of(name)
            except NotReplayable as reason:
                replay.left_out.setdefault(name, str(reason))
                continue
            after = replay.call(name, arguments)
            if isinstance(after, Raised):
                failure = failure_facts(after.error, self.root)
                yield UnrepeatedFacts(name, self.location(name), f"raises {failure.type}")
            elif same(before, after) is False:
                yield UnrepeatedFacts(name, self.location(name), "gives another value")

    def _sample(self) -> None:
        """Fewer rows, if the dataflow does with these what it does with all."""
        whole = self.entering
        self.entering = {**whole, **{name: _fewer(table) for name, table in self.tables.items()}}
        self._learn()
        if any(isinstance(value, Raised) for value in self.plain.values()):
            self.entering = whole
            self._learn()
        self.tables = {name: self.entering[name] for name in self.tables}

    def _learn(self) -> None:
        self.plain = self.replay.run(self.entering)

    def location(self, node: str) -> Location:
        """Where the function stands that makes the node."""
        return location_of_node(self.replay.nodes[node], self.root)


def location_of_node(node: Any, root: Path) -> Location:
    """Where the function stands that makes a node of Hamilton's."""
    for function in reversed(node.originating_functions or ()):
        code = inspect.unwrap(function).__code__
        return Location(relative(code.co_filename, root), _def_line(function))
    return Location("?")


def _fewer(table: Any) -> Any:
    step = -(-len(table) // _MOST_ROWS)
    return part(table, slice(None, None, step)) if step > 1 else table


def _def_line(function: Any) -> int:
    """The line of `def`, behind the decorators."""
    code = inspect.unwrap(function).__code__
    try:
        lines, first = inspect.getsourcelines(code)
    except OSError:
        return int(code.co_firstlineno)
    return first + next(
        (place for place, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def"))), 0
    )


class Perturber:
    """Tries changes on a stage until all are tried or the time is up."""

    def __init__(self, stage: Stage, contracts: Contracts, ends: float, kinds: Collection[Disturbance]) -> None:
        self.stage, self._contracts, self._ends = stage, contracts, ends
        self._kinds = kinds
        self._persons = Persons.of(stage.entering)
        self.survey = Survey()

    def try_all(self) -> Survey:
        """What was found. A change that alone is refused or breaks nothing says no more."""
        stage = self.stage
        of_text = frozenset(name for name in stage.tables if _is_of_text(stage.replay, name))
        has_pyarrow = importlib.util.find_spec("pyarrow") is not None
        for together in rounds(stage.tables, of_text, has_pyarrow):
            asked = [change for change in together if change.kind in self._kinds]
            self._probe([change for change in asked if self._contracts.allow(change)])
        return self.survey

    def _probe(self, together: Sequence[Change]) -> None:
        """Try the changes at once; where something comes of it, in halves, so that each is known by itself."""
        if not together:
            return
        if time.monotonic() > self._ends:
            self.survey.out_of_time = True
            return
        found = self.outcome(together, self.stage.entering)
        if found is None:
            return
        broken, was_declined = found
        if len(together) > 1 and (broken or was_declined):
            middle = len(together) // 2
            self._probe(together[:middle])
            self._probe(together[middle:])
            return
        self.survey.trials += len(together)
        self.survey.declined += was_declined
        for one in broken:
            self.survey.breaks.setdefault(one.identity, []).append(one)

    def outcome(self, together: Sequence[Change], entering: Mapping[str, Any]) -> tuple[list[Break], bool] | None:
        """What breaks on these changes of what enters, and whether it was refused; None where nothing changes."""
        disturbed = disturb(together, entering)
        if not disturbed:
            return None
        if not self._contracts.admit(disturbed):
            return [], True
        results = self.stage.replay.run(disturbed)
        if self._contracts.broken_by(results, self.stage.plain):
            return [], True
        raised = [value.error for value in results.values() if isinstance(value, Raised)]
        broken = self._broken(results, together[0])
        if not raised and all(change.kind in (Disturbance.ZERO, Disturbance.EXTREME) for change in together):
            broken += self._infinite(together[0], results)
        return broken, any(_is_declined(error, self.stage.root) for error in raised)

    def breaks_on(self, entering: Mapping[str, Any], change: Change) -> list[Break]:
        """What breaks when this enters, told as if it were of the change."""
        results = self.stage.replay.run(entering)
        return [*self._broken(results, change), *self._infinite(change, results)]

    def _broken(self, results: Mapping[str, Any], change: Change) -> list[Break]:
        return [
            self._raised(change, name, value.error)
            for name, value in results.items()
            if isinstance(value, Raised) and not _is_declined(value.error, self.stage.root)
        ]

    def _raised(self, change: Change, node: str, error: BaseException) -> Break:
        failure = failure_facts(error, self.stage.root)
        location = failure.location or self.stage.location(node)
        summary = self._persons.without(failure.summary)
        return Break(change, node, location, f"raises {summary}", failure.type)

    def _infinite(self, change: Change, results: Mapping[str, Any]) -> Iterator[Break]:
        """The first node that gives an infinite number where it gave none."""
        for name, value in results.items():
            if _has_inf(value) and not _has_inf(self.stage.plain.get(name)):
                yield Break(change, name, self.stage.location(name), "gives inf", "inf")
                return


def disturb(together: Sequence[Change], entering: Mapping[str, Any]) -> dict[str, Any]:
    """What enters under other values: those that are changed alone."""
    disturbed: dict[str, Any] = {}
    for change in together:
        for name in (change.name, *change.beside):
            other = changed(change, disturbed.get(name, entering[name]))
            if other is not None:
                disturbed[name] = other
    return disturbed


def _is_declined(error: BaseException, root: Path) -> bool:
    """Whether it was refused on purpose. That a column is not there which @extract_columns promises was not."""
    return type(error).__name__ != "InvalidDecoratorException" and refused(error, root)


def _is_of_text(replay: Replay, name: str) -> bool:
    node = replay.node(name)
    source = str(node.tags.get("hamilton.data_loader.source", "")) if node is not None else ""
    return source in _TEXT_FORMATS


def _has_inf(value: Any) -> bool:
    import numpy as np
    import pandas as pd

    if isinstance(value, float):
        return bool(np.isinf(value))
    if isinstance(value, pd.DataFrame):
        return any(_has_inf(value.iloc[:, place]) for place in range(value.shape[1]))
    if isinstance(value, pd.Series):
        kept = value.dropna()
        return kept.dtype.kind == "f" and bool(np.isinf(kept.to_numpy(dtype=float)).any())
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and bool(np.isinf(value).any())
