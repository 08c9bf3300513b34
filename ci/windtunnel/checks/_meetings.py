"""How the checks tell which task instances of a run may be at work on one file with nothing to order them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from windtunnel.checks._visits import KEEPS_A_RECORD, common
from windtunnel.facts import FileUseFacts, RunFacts

_IS_NO_RESULT = re.compile(r"(^|[._/-])lock|\.pid$|heartbeat|cache|joblib|(^|/)\.[^/]", re.IGNORECASE)
_QUOTED = re.compile(r"'([^']+)'")
_AT_A_STORE = re.compile(r"(?<=\S) at \S+$")
_DATABASE = re.compile(r"\.(db|sqlite3?|duckdb|ddb|mdb|lmdb|h5|hdf5)$", re.IGNORECASE)


def by_path(run: RunFacts) -> Mapping[str, Sequence[FileUseFacts]]:
    """The uses of each file that is a result of the tasks, in order of time."""
    uses: dict[str, list[FileUseFacts]] = defaultdict(list)
    for use in sorted(run.uses, key=lambda use: use.at):
        uses[use.path].append(use)
    return {path: known for path, known in uses.items() if is_result(path) and any(use.writes for use in known)}


def is_result(path: str) -> bool:
    """Whether a file is by its name no log, lock, cache or database, which many may share."""
    place = _AT_A_STORE.sub("", path) if "://" in path else common(path)
    name = place.rpartition("/")[2]
    return not (KEEPS_A_RECORD.search(name) or _IS_NO_RESULT.search(place) or _DATABASE.search(name))


class Order:
    """Which tasks of a run wait for which."""

    def __init__(self, run: RunFacts) -> None:
        self._upstream = {task.task_id: frozenset(task.upstream) for task in run.tasks}
        self._ended_well = {(task.task_id, task.map_index) for task in run.tasks if task.state == "success"}

    def waits(self, later: FileUseFacts, earlier: FileUseFacts) -> bool:
        """Whether the task of one use waits for that of another."""
        return earlier.task_id in self._upstream.get(later.task_id, ())

    def is_apart(self, use: FileUseFacts, task_id: str) -> bool:
        """Whether a use belongs to another task, and neither of the two waits for the other."""
        here, there = self._upstream.get(task_id, frozenset()), self._upstream.get(use.task_id, frozenset())
        return task_id != use.task_id and use.task_id not in here and task_id not in there

    def is_free(self, one: FileUseFacts, other: FileUseFacts) -> bool:
        """Whether they belong to different task instances that ended well, of which neither waits for the other."""
        instances = {(use.task_id, use.map_index) for use in (one, other)}
        return (
            len(instances) == 2
            and instances <= self._ended_well
            and not (self.waits(one, other) or self.waits(other, one))
        )


def replaced(uses: Collection[FileUseFacts]) -> Iterator[tuple[FileUseFacts, FileUseFacts, str, str]]:
    """Each pair of uses of which the later replaced what the earlier had written, and what either of them wrote.

    Left out are instances that had read the file before they wrote it: they may have kept what was there.
    """
    readers = {use.label: use.at for use in reversed(tuple(uses)) if not use.writes}
    writes = [use for use in uses if use.replaces and readers.get(use.label, use.at) >= use.at]
    for at, (earlier, later) in enumerate(pairwise(writes)):
        behind = writes[at + 2].found if at + 2 < len(writes) else later.content
        yield earlier, later, later.found or earlier.content, behind


def names(message: str, use: FileUseFacts) -> bool:
    """Whether a message has the path in quotes, be it relative to the working folder; of an object, its key."""
    if use.is_object:
        return _AT_A_STORE.sub("", use.path.partition("://")[2]) in message
    quoted = _QUOTED.findall(message)
    near = use.path.endswith(tuple(f"/cwd/{text.removeprefix('./')}" for text in quoted))
    return use.path in quoted or (use.loose and near)
