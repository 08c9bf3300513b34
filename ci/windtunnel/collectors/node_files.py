"""The files of a dataflow's loader and saver nodes, also where a library opens them and Python sees nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from windtunnel.collectors.executions import Execution, Saved
from windtunnel.collectors.file_places import print_of
from windtunnel.collectors.saved_files import file_of, loaded_file, loaded_url, url_of
from windtunnel.collectors.saves import Owner, origin
from windtunnel.collectors.store_uses import shared_url
from windtunnel.facts import FileUseFacts, OverwriteFacts

_APPENDS = ("a", "a+", "ab", "append")
_READ_IN_C = (".parquet", ".feather", ".arrow", ".orc", ".h5", ".hdf5")  # a saver of somebody's own may read them first


def with_nodes(
    uses: Sequence[FileUseFacts], executions: Iterable[Execution], key: Any, owner: Owner
) -> tuple[FileUseFacts, ...]:
    """What Python saw, and the files of nodes that it did not see opened."""
    known = {(use.path.partition(" at ")[0] if use.is_object else use.path, use.writes) for use in uses}
    more: dict[tuple[str, bool], FileUseFacts] = {}
    for execution in executions:
        for use in (*_loads(execution, key, owner), *_saves(execution, key, owner)):
            if (use.path, use.writes) not in known:
                more.setdefault((use.path, use.writes), use)
    return (*uses, *more.values())


def _loads(execution: Execution, key: Any, owner: Owner) -> Iterator[FileUseFacts]:
    for loaded in execution.loaded:
        if (file := loaded_file(loaded)) and file.is_file():
            path = os.path.realpath(file)
        elif not (path := shared_url(loaded_url(loaded))):
            continue
        location = origin(loaded.node, owner.root)[1]
        yield FileUseFacts(key.task_id, path, location, at=loaded.at, map_index=key.map_index)


def _saves(execution: Execution, key: Any, owner: Owner) -> Iterator[FileUseFacts]:
    for saved in execution.saved:
        replaces, content = _replaces(saved), ""
        if (file := file_of(saved, owner.effects)) and file.is_file():
            path = os.path.realpath(file)
            content = print_of(path) if replaces else ""
        elif not (path := shared_url(url_of(saved))):
            continue
        yield FileUseFacts(
            key.task_id,
            path,
            origin(saved.node, owner.root)[1],
            writes=True,
            whole=replaces,
            map_index=key.map_index,
            at=saved.at,
            replaces=replaces,
            times=int(replaces),
            content=content,
            left=True,
        )


def _replaces(saved: Saved) -> bool:
    """Whether one of Hamilton's own savers has written: what others do with what was there, nobody knows."""
    is_hamiltons = saved.saver is not None and saved.saver.__module__.startswith("hamilton.")
    return is_hamiltons and saved.options.get("mode", "w") not in _APPENDS


def overwrites(executions: Iterable[Execution], uses: Iterable[FileUseFacts], owner: Owner) -> Iterator[OverwriteFacts]:
    """The savers of one execution that have replaced the same file, table or object, where neither needs the other."""
    read = {use.path for use in uses if not use.writes}
    often = {use.path for use in uses if use.times > 1 and use.path not in read}
    for execution in executions:
        places = [(saved, _place(saved, owner, often)) for saved in execution.saved]
        told: set[tuple[str, str]] = set()
        for (one, place), (another, where) in combinations(places, 2):
            if place is None or place != where or place in told or _is_ordered(execution, one.node, another.node):
                continue
            told.add(place)
            # which of them is the later one in time is another from run to run
            upper, lower = sorted((one.node, another.node), key=lambda node: (origin(node, owner.root)[1], node.name))
            location = origin(lower, owner.root)[1]
            yield OverwriteFacts(owner.dag_id, owner.task_id, lower.name, upper.name, place[0], location, place[1])


def _place(saved: Saved, owner: Owner, often: set[str]) -> tuple[str, str] | None:
    """The path that a saver has replaced, and the table in it, "" for none."""
    if saved.table is not None:
        return saved.table if saved.options.get("if_exists") == "replace" else None
    if url := url_of(saved):
        return (url, "") if _replaces(saved) or shared_url(url) in often else None
    file = _file(saved, owner, often)
    return (str(file), "") if file is not None else None


def _file(saved: Saved, owner: Owner, often: set[str]) -> Path | None:
    file = file_of(saved, owner.effects)
    if file is None or not file.is_file():
        return None
    return file if _replaces(saved) or (os.path.realpath(file) in often and file.suffix not in _READ_IN_C) else None


def _is_ordered(execution: Execution, earlier: Any, later: Any) -> bool:
    return earlier.name in _above(execution, later) or later.name in _above(execution, earlier)


def _above(execution: Execution, node: Any) -> set[str]:
    """The names of all nodes that one needs."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        for dependency in execution.graph.nodes.get(waiting.pop().name, node).dependencies:
            if dependency.name not in found:
                found.add(dependency.name)
                waiting.append(dependency)
    return found
