"""What each saver of a dataflow promised, and what has become of it: one fact for each saver and task."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.effects import Effects
from windtunnel.collectors.failures import relative
from windtunnel.collectors.recorder import FORMAT_TAG, SAVER_TAG, Execution
from windtunnel.collectors.saved_files import Seen, look_at
from windtunnel.collectors.unfinished import Bystanders
from windtunnel.facts import End, RunFacts, SaveFacts, SaveState
from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class Owner:
    """The task whose saves are looked at, and what was seen of the process that it ran in."""

    dag_id: str
    task_id: str
    root: Path
    bystanders: Bystanders
    effects: Effects


def inspect_saves(executions: Sequence[Execution], owner: Owner) -> list[SaveFacts]:
    """One fact for each saver of each execution, judged now: call it the moment that the task has ended well."""
    done = [saved for execution in executions for saved in execution.saved]
    facts = [_fact(saved.node, owner, seen) for saved, seen in zip(done, look_at(done, owner), strict=True)]
    for execution in executions:
        saved, requested = {done.node.name for done in execution.saved}, _upstream_of(execution)
        for node in (node for node in _savers_of(execution) if node.name not in saved):
            state = SaveState.NOT_REACHED if node.name in requested else SaveState.NEVER_REQUESTED
            facts.append(_fact(node, owner, Seen(state)))
    return facts


def asked_for(executions: Iterable[Execution], owner: Owner) -> list[SaveFacts]:
    """One fact for each saver that a task which did not end well has asked for: what it wrote is not looked at."""
    return [
        _fact(node, owner, Seen(SaveState.NOT_REACHED))
        for execution in executions
        for node in _savers_of(execution)
        if node.name in _upstream_of(execution)
    ]


def _savers_of(execution: Execution) -> list[Any]:
    return [node for node in execution.graph.nodes.values() if SAVER_TAG in node.tags]


def _fact(node: Any, owner: Owner, seen: Seen) -> SaveFacts:
    module, location = origin(node, owner.root)
    return SaveFacts(
        dag_id=owner.dag_id,
        task_id=owner.task_id,
        node=node.name,
        module=module,
        format=str(node.tags.get(FORMAT_TAG, "")),
        location=location,
        state=seen.state,
        path=seen.path,
        size=seen.size,
        detail=seen.detail,
    )


def origin(node: Any, root: Path) -> tuple[str, Location]:
    """The module and the line of the function that a node was made from."""
    for function in node.originating_functions or ():
        code = inspect.unwrap(function).__code__
        return function.__module__, Location(relative(code.co_filename, root), code.co_firstlineno)
    return "", Location("?")


def _upstream_of(execution: Execution) -> set[str]:
    """Every node that the final variables need, not looking behind what was overridden."""
    nodes = execution.graph.nodes
    needed: set[str] = set()
    waiting = [name for name in execution.final_vars if name in nodes]
    while waiting:
        name = waiting.pop()
        if name not in needed and name not in execution.overrides:
            needed.add(name)
            waiting += [dependency.name for dependency in nodes[name].dependencies]
    return needed


def settle(runs: Iterable[RunFacts]) -> tuple[RunFacts, ...]:
    """The runs with the savers that nobody asked for said once, and only where that is certain.

    A saver that any task of any DAG asks for is not forgotten. Nor is one of a dataflow that a run drives which did
    not succeed in all of its tasks: those might have asked.
    """
    runs = tuple(runs)
    asked = {_identity(save) for run in runs for save in run.saves if save.state is not SaveState.NEVER_REQUESTED}
    unsure = {module for run in runs if not _all_succeeded(run) for module in _modules_of(run)}
    told: set[tuple[str, str]] = set()
    return tuple(replace(run, saves=tuple(_certain(run, asked, unsure, told))) for run in runs)


def _certain(
    run: RunFacts, asked: set[tuple[str, str]], unsure: set[str], told: set[tuple[str, str]]
) -> Iterator[SaveFacts]:
    for save in run.saves:
        if save.state is not SaveState.NEVER_REQUESTED:
            yield save
        elif save.module not in unsure and _identity(save) not in asked | told:
            told.add(_identity(save))
            yield save


def _all_succeeded(run: RunFacts) -> bool:
    ended = run.process.end is End.COMPLETED and run.failure is None
    return ended and all(task.state == "success" for task in run.tasks)


def _modules_of(run: RunFacts) -> set[str]:
    return {module for driver in run.drivers for module in driver.modules} | {save.module for save in run.saves}


def _identity(save: SaveFacts) -> tuple[str, str]:
    return save.module, save.node.rpartition(".")[2]  # @subdag makes copies of a saver, each in a namespace
