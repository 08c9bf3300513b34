"""Whether the training side of a dataflow sees the rows that are held back from it: these are moved, and it is watched.

Judged are only splits that are certain: two tables whose names differ in that one says train and the other test or
validation, whose rows are of one table that enters (those that stand on both sides must surely be the same); and, where
there are such names, tables for training beside the rows that are later than all of theirs. Tables of polars and
pyarrow need a key for that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from windtunnel.collectors.changes_of_data import called, is_table
from windtunnel.collectors.labelled_rows import as_labelled, has_no_index, key_of, moved, numbers_of
from windtunnel.collectors.perturbing import Stage
from windtunnel.collectors.properties_compare import same
from windtunnel.collectors.replay import Raised
from windtunnel.facts import PeekFacts

_TRAIN = ("train", "training", "fit")
_HELD = ("test", "testing", "validation", "valid", "val", "holdout", "dev")
_LEAST = 2  # rows on each side
_DIFFERENT = 3  # rows that must be alike before labels are believed: both sides may count their own rows from 0
_LATER = 0.05  # of the rows are later than those for training, where these were split off by time
_HORIZON = 0.1  # of the training rows may look a step ahead, as what is to be foretold does

Part = tuple[str, str]
"""A node, and the key under which it has the part, "" where it is the part."""


@dataclass(frozen=True, slots=True)
class _Split:
    """Rows for training, and rows of the same table that are held back; `held` is None where they are only later.

    `kept` are the rows that are for training only.
    `key` is the column that tells the rows apart where the table has no index.
    """

    train: Part
    held: Part | None
    entering: str
    rows: Any
    kept: Any
    key: str


def peeks(stage: Stage, more_time: Callable[[], bool]) -> Iterator[PeekFacts]:
    """Each training part that changes when only rows held back from it do: once, with the node that let it see them."""
    told: set[Part] = set()
    for split in _splits(stage):
        found = _peek(stage, split, more_time) if split.train not in told else None
        if found is not None:
            told.add(split.train)
            yield found


def _splits(stage: Stage) -> Iterator[_Split]:
    for entering, value in stage.entering.items():
        key = key_of(value) if has_no_index(value) else ""
        table = as_labelled(value, key)
        if not hasattr(table, "columns") or not table.index.is_unique:
            continue
        parts = {part: rows for part, rows in _parts(stage.plain, key) if _is_of(table, rows)}
        yield from _with_held(parts, entering, key)
        if any(_family(part, _HELD) for part, _ in _parts(stage.plain, key)):
            yield from _with_later(parts, table, entering, key)


def _with_held(parts: Mapping[Part, Any], entering: str, key: str) -> Iterator[_Split]:
    for train, kept in parts.items():
        for held, rows in parts.items():
            is_pair = _family(train, _TRAIN) == _family(held, _HELD) != ()
            if is_pair and _is_certain(kept, rows):
                yield _Split(train, held, entering, rows.index, kept.index.difference(rows.index), key)


def _is_certain(kept: Any, held: Any) -> bool:
    """Whether there is no row in common, or those in common are the same on both sides."""
    common = kept.index.intersection(held.index)
    if common.empty or not (kept.index.is_unique and held.index.is_unique):
        return bool(common.empty)
    one, other = kept.loc[common], held.loc[common]
    try:
        return len(one.drop_duplicates()) >= _DIFFERENT and same(one, other) is True
    except TypeError:  # lists in cells
        return False


def _with_later(parts: Mapping[Part, Any], table: Any, entering: str, key: str) -> Iterator[_Split]:
    times = _times(table)
    for train, kept in parts.items() if times is not None else ():
        later = table.index[(times > times[table.index.isin(kept.index)].max()).to_numpy()]
        if _family(train, _TRAIN) and len(later) >= max(_LEAST, _LATER * len(table)):
            yield _Split(train, None, entering, later, kept.index, key)


def _times(table: Any) -> Any:
    """When each row was, in its order; None where no column says so, or several do."""
    import pandas as pd

    known = [table[name] for name in table.columns if getattr(table.dtypes[name], "kind", "") == "M"]
    found = [table.index] if isinstance(table.index, pd.DatetimeIndex) else known
    return pd.Series(found[0].to_numpy()) if len(found) == 1 and not found[0].isna().any() else None


def _parts(results: Mapping[str, Any], key: str) -> Iterator[tuple[Part, Any]]:
    for name, value in results.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        for place, one in inner:
            table = as_labelled(one, key)
            if isinstance(place, str) and table is not None:
                yield (name, place), table


def _family(part: Part, words: tuple[str, ...]) -> tuple[str, ...]:
    """What else the name of the part says than one of the words; nothing where it says none, or several."""
    node, key = part
    spoken = re.split(r"[^a-z0-9]+", (key or node).lower())
    others = tuple(word for word in spoken if word not in words)
    is_one = len(others) == len(spoken) - 1 and not any(word in (*_TRAIN, *_HELD) for word in others)
    return ((node if key else ""), *others, "") if is_one else ()


def _is_of(table: Any, rows: Any) -> bool:
    return len(rows) >= _LEAST and bool(rows.index.isin(table.index).all())


def _peek(stage: Stage, split: _Split, more_time: Callable[[], bool]) -> PeekFacts | None:
    table = stage.entering[split.entering]
    columns = numbers_of(table, split.key)
    for together in ([columns] if len(columns) > 1 else []), [[column] for column in columns]:
        for chosen, end in ((chosen, end) for end in ("max", "min") for chosen in together):
            results = _moved(stage, split, table, chosen, end) if more_time() else None
            if results is not None and _has_changed(stage, split, results):
                return _told(stage, split, results)
    return None


def _moved(stage: Stage, split: _Split, table: Any, columns: list[str], end: str) -> dict[str, Any] | None:
    """What comes of other values in the rows held back; None where this moves rows from one side to the other."""
    other = moved(table, split.rows, columns, split.key, end)
    results = stage.replay.run({**stage.entering, split.entering: other})
    if any(isinstance(value, Raised) for value in results.values()):
        return None
    for part in filter(None, (split.train, split.held)):
        before, after = _part(stage.plain, part, split.key), _part(results, part, split.key)
        if after is None or not before.index.equals(after.index):
            return None
    return results


def _has_changed(stage: Stage, split: _Split, results: Mapping[str, Any]) -> bool:
    """Whether the training rows have; not if only the last of them look a step ahead."""
    before, after = _part(stage.plain, split.train, split.key), _part(results, split.train, split.key)
    if same(before, after) is not False:
        return False
    if split.held and len(split.kept) < len(before):  # where the rows in common are not moved too, they are others
        held = (_part(known, split.held, split.key) for known in (stage.plain, results))
        return same(*held) is False
    last = len(before) - max(1, int(_HORIZON * len(before)))
    is_before = _places(stage, split, split.kept).max() < _places(stage, split, split.rows).min()
    return not is_before or same(before.iloc[:last], after.iloc[:last]) is False


def _places(stage: Stage, split: _Split, labels: Any) -> Any:
    """Where the rows stand in the table that enters."""
    return as_labelled(stage.entering[split.entering], split.key).index.get_indexer(labels)


def _part(results: Mapping[str, Any], part: Part, key: str) -> Any:
    node, place = part
    value = results.get(node)
    return as_labelled(value.get(place) if place and isinstance(value, dict) else value, key)


def _told(stage: Stage, split: _Split, results: Mapping[str, Any]) -> PeekFacts:
    seen = (name for name in _upstream(stage, split.train[0]) if _has_seen(stage, split, results, name))
    node = next(seen, split.train[0])
    held = " ".join(split.held).strip() if split.held else ""
    return PeekFacts(node, stage.location(node), " ".join(split.train).strip(), held, called(split.entering))


def _upstream(stage: Stage, node: str) -> list[str]:
    """The node and those that it is computed from, in order."""
    wanted = {node}
    for name in reversed(stage.replay.nodes):
        if name in wanted:
            wanted.update(stage.replay.needed_by(name))
    return [name for name in stage.replay.nodes if name in wanted]


def _has_seen(stage: Stage, split: _Split, results: Mapping[str, Any], name: str) -> bool:
    """Whether what the node gives for the training rows has changed; of a value without rows, whether it has."""
    before: Any = as_labelled(stage.plain.get(name), split.key)
    after: Any = as_labelled(results.get(name), split.key)
    if is_table(before) and is_table(after) and split.kept.isin(before.index).all():
        if not split.kept.isin(after.index).all():
            return True
        return same(before.loc[split.kept], after.loc[split.kept]) is False
    return name == split.train[0] or same(stage.plain.get(name), results.get(name)) is False
