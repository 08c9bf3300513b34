"""What each saver of a dataflow promised, and what has become of it: one fact for each saver and task."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.effects import Effects
from windtunnel.collectors.executions import FORMAT_TAG, Execution
from windtunnel.collectors.failures import relative
from windtunnel.collectors.saved_files import Seen, left_by, look_at
from windtunnel.collectors.saved_objects import IN_MEMORY
from windtunnel.collectors.unbuilt import unbuilt
from windtunnel.collectors.unfinished import Bystanders
from windtunnel.collectors.unkept import needed_by, savers_of, unkept
from windtunnel.facts import End, RunFacts, SaveFacts, SaveState
from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class Owner:
    """The task whose saves are looked at, and what was seen of the process that it ran in."""

    dag_id: str
    task_id: str
    map_index: int
    root: Path
    bystanders: Bystanders
    effects: Effects


def inspect_saves(executions: Sequence[Execution], owner: Owner) -> list[SaveFacts]:
    """One fact for each saver of each execution, judged now: call it the moment that the task has ended well."""
    done = [saved for execution in executions for saved in execution.saved]
    read = {text for execution in executions for loaded in execution.loaded for text in loaded.options.values()}
    by = [execution for execution in executions for _ in execution.saved]
    facts = [
        _fact(saved.node, execution, owner, _as_kept(seen, read))
        for execution, saved, seen in zip(by, done, look_at(done, owner), strict=True)
    ]
    facts += [
        _fact(node, execution, owner, seen)
        for execution in executions
        for node, seen in (*unkept(execution, executions, owner.effects), *unbuilt(execution))
    ]
    return facts


def _as_kept(seen: Seen, read: Collection[str]) -> Seen:
    """What lies in the memory of the task's own process goes with it, and did not help unless it was read there."""
    is_gone = seen.path.startswith(IN_MEMORY) and seen.state is SaveState.WHOLE and seen.path not in read
    return seen._replace(state=SaveState.VOLATILE) if is_gone else seen


def asked_for(executions: Iterable[Execution], owner: Owner) -> list[SaveFacts]:
    """One fact for each saver that a task which did not end well has asked for: what it wrote is not read."""
    return [
        _fact(node, execution, owner, left.get(node.name, Seen(SaveState.NOT_REACHED)))
        for execution in executions
        for left in [{saved.node.name: left_by(saved, owner.effects) for saved in execution.saved}]
        for node in savers_of(execution)
        if node.name in needed_by(execution)
    ]


def _fact(node: Any, execution: Execution, owner: Owner, seen: Seen) -> SaveFacts:
    module, location = origin(node, owner.root)
    return SaveFacts(
        dag_id=owner.dag_id,
        task_id=owner.task_id,
        map_index=owner.map_index,
        node=node.name,
        module=module,
        format=str(node.tags.get(FORMAT_TAG, "")),
        location=location if module else execution.driven_at or location,
        state=seen.state,
        path=seen.path,
        size=seen.size,
        detail=seen.detail,
        losses=seen.losses,
        table=seen.table,
    )


def origin(node: Any, root: Path) -> tuple[str, Location]:
    """The module and the line of the function that a node was made from; nothing of a materializer."""
    for function in node.originating_functions or ():
        code = inspect.unwrap(function).__code__
        return function.__module__, Location(relative(code.co_filename, root), code.co_firstlineno)
    return "", Location("?")


def settle(runs: Iterable[RunFacts]) -> tuple[RunFacts, ...]:
    """The runs with the savers that nobody came to said once, and only where that is certain.

    A saver that any task of any DAG asks for is not forgotten. Nor is one of a dataflow that a run drives which did
    not succeed in all of its tasks: those might have asked.
    """
    runs = tuple(runs)
    saves = [save for run in runs for save in run.saves]
    asked = {_identity(save) for save in saves if not save.is_unasked}
    unsure = {module for run in runs if not _all_succeeded(run) for module in _modules_of(run)}
    told: dict[tuple[str, str], SaveFacts] = {}
    for save in sorted((save for save in saves if save.is_unasked), key=_says_most):
        is_sure = save.module not in unsure and (save.module or not unsure)  # a materializer may be of any dataflow
        if is_sure and _identity(save) not in asked:
            told.setdefault(_identity(save), save)
    return tuple(replace(run, saves=tuple(_said_once(run, told))) for run in runs)


def _says_most(save: SaveFacts) -> tuple[bool, bool]:
    return save.state is not SaveState.CUT_OFF, not save.detail


def _said_once(run: RunFacts, told: dict[tuple[str, str], SaveFacts]) -> Iterator[SaveFacts]:
    for save in run.saves:
        if not save.is_unasked:
            yield save
        elif told.get(_identity(save)) == save:
            yield told.pop(_identity(save))


def _all_succeeded(run: RunFacts) -> bool:
    ended = run.process.end is End.COMPLETED and run.failure is None
    return ended and all(task.state == "success" for task in run.tasks)


def _modules_of(run: RunFacts) -> set[str]:
    return {module for driver in run.drivers for module in driver.modules} | {save.module for save in run.saves}


def _identity(save: SaveFacts) -> tuple[str, str]:
    return save.module, save.node.rpartition(".")[2]  # @subdag makes copies of a saver, each in a namespace
