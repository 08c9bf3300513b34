"""The table of saves: what was promised, by which task, and what lies there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from windtunnel.facts import SaveFacts, SaveState
from windtunnel.report import Report

COLUMNS = ("dag_id / task_id", "node", "format", "=state", ">size", "path")
_CROWD = 4
_LONG = 30  # characters; of a longer path the folder is left out too
_NONE = "-"
_NO_FILE = (
    *(SaveState.NEVER_REQUESTED, SaveState.CUT_OFF, SaveState.NOT_REACHED),
    *(SaveState.SWALLOWED, SaveState.MISSING, SaveState.UNCOMMITTED, SaveState.UNSEEN),
)


def rows(report: Report, verbosity: int) -> Iterator[tuple[str, ...]]:
    """A row for each DAG that saves, and below it one for each save.

    Where many instances of a task do the same, they are one row, unless verbosity is above 0.
    """
    for run in report.runs:
        if run.saves:
            yield (run.dag_id, *[""] * (len(COLUMNS) - 1))
        for crowd in _crowds(run.saves):
            if verbosity > 0 or len(crowd) < _CROWD:
                yield from (
                    _row(save, save.task, save.path if verbosity > 0 else _short(save, report)) for save in crowd
                )
            else:
                yield _row(crowd[0], f"{crowd[0].task_id} ×{len(crowd)}", _short(crowd[0], report) + " …", crowd)


def _crowds(saves: Iterable[SaveFacts]) -> list[list[SaveFacts]]:
    crowds: dict[tuple[str, str, SaveState], list[SaveFacts]] = {}
    for save in saves:
        crowds.setdefault((save.task_id, save.node, save.state), []).append(save)
    return list(crowds.values())


def _row(save: SaveFacts, task: str, path: str, crowd: Sequence[SaveFacts] = ()) -> tuple[str, ...]:
    size = _NONE if save.state in _NO_FILE else _size(sum(one.size for one in crowd or [save]))
    return (f"  {task}", save.node, save.format, save.state.value, size, path or _NONE)


def _short(save: SaveFacts, report: Report) -> str:
    """The path below the root, or after an ellipsis the last names of one that lies elsewhere."""
    pure, root = PurePosixPath(save.path), str(report.root)
    if pure.is_relative_to(root):
        return str(pure.relative_to(root))
    if len(pure.parts) <= 3:
        return save.path
    last = "/".join(pure.parts[-2:])
    return f"…/{last if len(last) <= _LONG else pure.name}"


def _size(size: float) -> str:
    unit = "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
