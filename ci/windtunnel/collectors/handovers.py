"""What one task's saver left for another's loader: kept as a likeness, and compared with what is loaded."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from windtunnel.collectors.executions import FORMAT_TAG, LOADER_TAG, Execution, is_hamiltons
from windtunnel.collectors.failures import is_users
from windtunnel.collectors.likeness import likeness_of
from windtunnel.collectors.losses import losses
from windtunnel.collectors.properties_conform import conforms
from windtunnel.collectors.unfinished import stamp
from windtunnel.collectors.words_of_code import Words, words_around, words_at, words_of
from windtunnel.facts import KEYS, AttemptFacts, Grade, KeptFacts, LoadFacts, LossFacts, SaveFacts, SaveState
from windtunnel.pool import facts_in

# Whoever says one of these, anywhere in a node or in what it calls, may set right what was lost.
_SETS_RIGHT = frozenset({
    "to_datetime", "to_timedelta", "to_numeric", "astype", "convert_dtypes", "infer_objects", "cast", "Categorical",
    "CategoricalDtype", "zfill", "rjust", "ljust", "fillna", "dropna", "isna", "notna", "isnull", "notnull",
    "set_index", "reset_index", "set_axis", "rename", "reindex", "tz_localize", "tz_convert", "literal_eval",
    "loads", "fromisoformat", "strptime", "strftime", "Timestamp", "DatetimeIndex", "parse", "Decimal", "map",
    "apply", "applymap", "transform", "replace", "assign", "pipe", "drop", "pop", "int", "str", "float", "bool",
    "tuple", "set", "round", "isclose", "validate", "coerce", "DataFrame", "Series", "Index", "array", "asarray",
})  # fmt: skip
# Options of loaders by which somebody says how values are to be read.
_TELL_HOW = frozenset({
    "dtype", "converters", "na_values", "keep_default_na", "na_filter", "true_values", "false_values", "thousands",
    "decimal", "names", "header", "skiprows", "convert_dates", "precise_float",
})  # fmt: skip
_USED_THROUGH = {
    "the index": frozenset({"index", "loc", "at", "join", "align", "asof", "resample", "between_time", "truncate"}),
    KEYS: frozenset({"get", "setdefault"}),  # else a key that is not there is told of by Python
    "the order of the columns": frozenset({"iloc", "iat", "values", "to_numpy", "itertuples"}),
}


def kept(executions: Sequence[Execution], saves: Sequence[SaveFacts]) -> Iterator[KeptFacts]:
    """What whole files hold, by the `saves` that were made of the executions: of each node in the same order."""
    made: defaultdict[str, deque[SaveFacts]] = defaultdict(deque)
    for save in saves:
        made[save.node].append(save)
    for saved in (saved for execution in executions for saved in execution.saved if made[saved.node.name]):
        save = made[saved.node.name].popleft()
        is_file = save.state is SaveState.WHOLE and not save.table and "://" not in save.path
        if is_file and saved.value is not None:
            path = os.path.realpath(save.path)
            format_ = str(saved.node.tags.get(FORMAT_TAG, ""))
            yield KeptFacts(save.task_id, save.node, save.location, format_, path, stamp(Path(path)), saved.value)


class Handovers:
    """The loaders of one task, beside what was saved where they read: `kept` are files with AttemptFacts, by path."""

    def __init__(self, kept: Mapping[str, Path], task_id: str, root: Path) -> None:
        self._kept, self._task_id, self._root = kept, task_id, root
        self.loads: list[LoadFacts] = []

    def note(self, execution: Execution, node: Any, kwargs: Mapping[str, Any], result: Any) -> None:
        """A loader has ended well. One of the user's own is not looked at: what it changes may be meant so."""
        loader, given = _loader_of(node)
        if loader is None or not is_hamiltons(loader) or not isinstance(result, tuple) or len(result) != 2:
            return
        value, metadata = result
        saved = self._read_from((given, kwargs, metadata))
        likeness = None if saved is None else likeness_of(value)
        if saved is None or likeness is None:
            return
        lost = tuple(_unasked(losses(saved.value, likeness), given))
        readers = list(_readers(execution, node)) if lost else []
        words = {reader.name: words_of(reader) for reader in readers}
        if any(said.names & _SETS_RIGHT for said in words.values()):
            lost = ()
        self._tell(node.name, saved, lost, words, _hurt(value, node, readers) if lost else "")

    def note_plain(self, value: Any, arguments: tuple[Any, ...], options: Mapping[str, Any], frame: FrameType) -> None:
        """A reader of pandas has been called, by code of the user's: a loader of Hamilton's tells of itself."""
        if not is_users(frame.f_code.co_filename, self._root):
            return
        saved = self._read_from((arguments[:1], options))
        likeness = None if saved is None else likeness_of(value)
        if saved is None or likeness is None:
            return
        lost = tuple(_unasked(losses(saved.value, likeness), options))
        callers = [one for one in _stack(frame) if is_users(one.f_code.co_filename, self._root)] if lost else []
        if any(words_around(caller).names & _SETS_RIGHT for caller in callers):
            lost = ()
        self._tell(frame.f_code.co_name, saved, lost, {one.f_code.co_name: words_at(one) for one in callers})

    def _tell(
        self, node: str, saved: KeptFacts, lost: Sequence[LossFacts], words: Mapping[str, Words], hurt: str = ""
    ) -> None:
        used = tuple(replace(loss, used_by=_user(loss, words, hurt)) for loss in lost)
        outline = replace(saved.value, parts=(), index=None)  # the cells have done their work
        self.loads.append(LoadFacts(self._task_id, node, replace(saved, value=outline), used, hurt))

    def _read_from(self, told: Sequence[Any]) -> KeptFacts | None:
        """What a saver has left at one of the paths that are told, if it lies there as it left it."""
        for path in (os.path.realpath(text.removeprefix("file://")) for text in _texts(told)):
            attempt = facts_in(self._kept[path].read_bytes()) if path in self._kept else None
            for left in attempt.kept if isinstance(attempt, AttemptFacts) else ():
                if left.path == path and left.stamp == stamp(Path(path)):
                    return left
        return None


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _loader_of(node: Any) -> tuple[Any, Mapping[str, Any]]:
    """The class behind @load_from and the options that it is given; None for another node.

    Hamilton hides them in defaults of parameters of the function that it makes.
    """
    names = getattr(getattr(node.callable, "__code__", None), "co_varnames", ())
    hidden = dict(zip(names, getattr(node.callable, "__defaults__", None) or (), strict=False))
    factory = hidden.get("_LoadFromDecorator__loader_factory")
    return getattr(factory, "adapter_cls", None), hidden.get("_LoadFromDecorator__resolved_kwargs", {})


def _unasked(lost: Sequence[LossFacts], given: Mapping[str, Any]) -> Iterator[LossFacts]:
    """The losses without those of columns that the loader is told how to read."""
    told = [value for name, value in given.items() if name in _TELL_HOW and value is not None]
    named = {str(column) for value in told if isinstance(value, Mapping | list | tuple) for column in value}
    if all(isinstance(value, Mapping | list | tuple) for value in told):
        yield from (loss for loss in lost if _column(loss) not in named)


def _column(loss: LossFacts) -> str:
    """The name of the column that was lost; "" where it was none."""
    return loss.place.removeprefix("column ")[1:-1] if loss.place.startswith("column ") else ""


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, str | os.PathLike) and isinstance(path := os.fspath(told), str) and "\0" not in path:
        yield path
    elif isinstance(told, Mapping):
        for value in told.values():
            yield from _texts(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _texts(value)


def _readers(execution: Execution, loader: Any) -> Iterator[Any]:
    """All nodes below the loader that this execution runs, the nearest first, without those that Hamilton adds."""
    wanted, waiting, seen = _wanted(execution), list(loader.depended_on_by), set()
    while waiting:
        node = waiting.pop(0)
        if node.name in seen or node.name not in wanted:
            continue
        seen.add(node.name)
        waiting += node.depended_on_by
        if LOADER_TAG not in node.tags:
            yield node


def _wanted(execution: Execution) -> set[str]:
    nodes, wanted = execution.graph.nodes, set[str]()
    waiting = [name for name in execution.final_vars if name in nodes]
    while waiting:
        name = waiting.pop()
        if name not in wanted and name not in execution.overrides:
            wanted.add(name)
            waiting += [dependency.name for dependency in nodes[name].dependencies]
    return wanted


def _hurt(value: Any, loader: Any, readers: Sequence[Any]) -> str:
    """Which node declares what it takes from the loader as something that the value certainly is not."""
    handed_on = {loader.name, *(node.name for node in loader.depended_on_by if LOADER_TAG in node.tags)}
    for reader in readers:
        for name, (annotation, _) in reader.input_types.items():
            with contextlib.suppress(Exception):  # annotations are the user's: they raise what they like when looked at
                if name in handed_on and not conforms(value, annotation):
                    return f"node {reader.name!r} takes {_written(annotation)}"
    return ""


def _written(annotation: Any) -> str:
    return (
        annotation.__name__ if isinstance(annotation, type) and not hasattr(annotation, "__args__") else str(annotation)
    )


def _user(loss: LossFacts, words: Mapping[str, Words], hurt: str) -> str:
    """The first node that uses what was lost; "" where none is seen to."""
    if loss.place.startswith(KEYS) and not hurt:  # who declares nothing of keys may well know what they have become
        return ""
    return next((name for name, said in words.items() if _uses(loss, said)), "")


def _uses(loss: LossFacts, words: Words) -> bool:
    """Whether code of these words uses what was lost; what is nested is used by whoever takes it."""
    if column := _column(loss):
        return column in words.texts or (column in words.names and not _may_be_no_column(column))
    for place, through in _USED_THROUGH.items():
        if loss.place.startswith(place):
            return bool(words.names & through)
    return loss.grade is Grade.VALUE


def _may_be_no_column(name: str) -> bool:
    """Whether the attribute of this name may as well be that of a date, or of something else."""
    pandas: Any = sys.modules.get("pandas")
    kinds = (datetime, str, dict, list, *((pandas.DataFrame, pandas.Timestamp) if pandas else ()))
    return any(hasattr(kind, name) for kind in kinds)
