"""Whether the training side of a dataflow sees the rows that are held back from it: these are moved, and it is watched.

Judged are only splits that are certain: two tables whose names differ in that one says train and the other test or
validation, whose rows are of one table that enters, and which have no row in common.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from windtunnel.collectors.changes_of_data import called, columns_of, is_number, is_table
from windtunnel.collectors.perturbing import Stage
from windtunnel.collectors.properties_compare import same
from windtunnel.collectors.replay import Raised
from windtunnel.facts import PeekFacts

_TRAIN = ("train", "training", "fit")
_HELD = ("test", "testing", "validation", "valid", "val", "holdout", "dev")
_LEAST = 2  # rows on each side

Part = tuple[str, str]
"""A node, and the key under which it has the part, "" where it is the part."""


@dataclass(frozen=True, slots=True)
class _Split:
    """Rows for training, and rows of the same table that are held back."""

    train: Part
    held: Part
    entering: str
    rows: Any
    kept: Any


def peeks(stage: Stage, more_time: Callable[[], bool]) -> Iterator[PeekFacts]:
    """Each training part that changes when only rows held back from it do: once, with the node that let it see them."""
    for split in _splits(stage):
        found = _peek(stage, split, more_time)
        if found is not None:
            yield found


def _splits(stage: Stage) -> Iterator[_Split]:
    parts = dict(_parts(stage.plain))
    for train, kept in parts.items():
        for held, rows in parts.items():
            if _family(train, _TRAIN) != _family(held, _HELD) or not _family(train, _TRAIN):
                continue
            for entering, table in stage.tables.items():
                if hasattr(table, "columns") and _is_parted(table, kept, rows):
                    yield _Split(train, held, entering, rows.index, kept.index)


def _parts(results: Mapping[str, Any]) -> Iterator[tuple[Part, Any]]:
    for name, value in results.items():
        if is_table(value):
            yield (name, ""), value
        elif isinstance(value, dict):
            yield from (((name, key), one) for key, one in value.items() if isinstance(key, str) and is_table(one))


def _family(part: Part, words: tuple[str, ...]) -> tuple[str, ...]:
    """What else the name of the part says than one of the words; nothing where it says none, or several."""
    node, key = part
    spoken = re.split(r"[^a-z0-9]+", (key or node).lower())
    others = tuple(word for word in spoken if word not in words)
    is_one = len(others) == len(spoken) - 1 and not any(word in (*_TRAIN, *_HELD) for word in others)
    return ((node if key else ""), *others, "") if is_one else ()


def _is_parted(table: Any, kept: Any, held: Any) -> bool:
    if not table.index.is_unique or min(len(kept), len(held)) < _LEAST:
        return False
    all_there = kept.index.isin(table.index).all() and held.index.isin(table.index).all()
    return bool(all_there) and kept.index.intersection(held.index).empty


def _peek(stage: Stage, split: _Split, more_time: Callable[[], bool]) -> PeekFacts | None:
    table = stage.entering[split.entering]
    columns = [name for name, values in columns_of(table).items() if isinstance(name, str) and is_number(values)]
    for together in ([columns] if len(columns) > 1 else []), [[column] for column in columns]:
        for chosen in together:
            results = _moved(stage, split, table, chosen) if more_time() else None
            if results is not None and same(_part(stage.plain, split.train), _part(results, split.train)) is False:
                return _told(stage, split, results)
    return None


def _moved(stage: Stage, split: _Split, table: Any, columns: list[str]) -> dict[str, Any] | None:
    """What comes of other values in the rows held back; None where this moves rows from one side to the other."""
    other = table.copy()
    for column in columns:
        other.loc[split.rows, column] = table[column].max()
    results = stage.replay.run({**stage.entering, split.entering: other})
    if any(isinstance(value, Raised) for value in results.values()):
        return None
    for part in (split.train, split.held):
        before, after = _part(stage.plain, part), _part(results, part)
        if after is None or not before.index.equals(after.index):
            return None
    return results


def _part(results: Mapping[str, Any], part: Part) -> Any:
    node, key = part
    value = results.get(node)
    return value.get(key) if key and isinstance(value, dict) else value


def _told(stage: Stage, split: _Split, results: Mapping[str, Any]) -> PeekFacts:
    node = next(name for name in _upstream(stage, split.train[0]) if _has_seen(stage, split, results, name))
    return PeekFacts(
        node, stage.location(node), " ".join(split.train).strip(), " ".join(split.held).strip(), called(split.entering)
    )


def _upstream(stage: Stage, node: str) -> list[str]:
    """The node and those that it is computed from, in order."""
    wanted = {node}
    for name in reversed(stage.replay.nodes):
        if name in wanted:
            wanted.update(stage.replay.needed_by(name))
    return [name for name in stage.replay.nodes if name in wanted]


def _has_seen(stage: Stage, split: _Split, results: Mapping[str, Any], name: str) -> bool:
    """Whether what the node gives for the training rows has changed; of a value without rows, whether it has."""
    before: Any = stage.plain.get(name)
    after: Any = results.get(name)
    if is_table(before) and is_table(after) and split.kept.isin(before.index).all():
        if not split.kept.isin(after.index).all():
            return True
        return same(before.loc[split.kept], after.loc[split.kept]) is False
    return name == split.train[0] or same(before, after) is False
