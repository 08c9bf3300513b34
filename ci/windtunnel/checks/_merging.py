"""The advice to merge tasks in words, and the Hamilton module of the merged task as a sketch."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from windtunnel import graphs
from windtunnel.advice import SECONDS_A_TASK, Figures, Merge
from windtunnel.facts import DagFacts, TaskFacts

_MOST_NODES = 12


def advice(dag: DagFacts, merge: Merge | None, linearity: float) -> Iterator[str]:
    """Lines that say which tasks to merge so that the DAG comes to `linearity`, or why none can be."""
    if merge is None:
        yield "no set of neighbouring Python tasks can be merged that would help"
    if merge is None or not merge.reaches:
        yield from _obstacles(dag)
    if merge is None:
        return
    few = "the smallest set that is enough" if merge.smallest else "a small set that is enough"
    goal = few if merge.reaches else f"the best that one merge can do: {linearity:g} stays out of reach"
    yield f"merge into one task, that is one Hamilton driver call, {', '.join(merge.tasks)} ({goal})"
    yield f"before: {_told(merge.before)}"
    yield f"after: {_told(merge.after)}"
    yield _saved(merge)
    if merge.waits:
        pairs = "1 pair" if merge.waits == 1 else f"{merge.waits} pairs"
        yield f"its price: tasks that need not today wait for each other, in {pairs}"
    yield "the Hamilton module of that task, in outline:"
    yield from (f"    {line}" for line in sketch(dag, merge.tasks))


def peak_lines(dag: DagFacts) -> Iterator[str]:
    """The peak of the DAG, and what each mapped task counts for in it, where there is one."""
    mapped = [task for task in dag.tasks if task.instances != 1 or task.is_bound]
    if mapped:
        most = [f"{task.task_id} {'up to ' if task.is_bound else ''}{task.instances}" for task in mapped]
        peak = f"{'up to ' if dag.is_peak_bound else ''}{dag.shape.peak}"
        yield f"instances ready at one time: {peak}; mapped: {', '.join(most)}"


def _obstacles(dag: DagFacts) -> Iterator[str]:
    parts = graphs.parts(graphs.graph_of((task.task_id for task in dag.tasks), dag.edges))
    if parts > 1:
        yield f"its {parts} parts have no edge between them: each could be a DAG of its own"
    kinds = Counter(_why_alone(task) for task in dag.tasks if not task.nature)
    if kinds:
        yield f"tasks not merged: {', '.join(f'{number} {kind}' for kind, number in sorted(kinds.items()))}"


def _why_alone(task: TaskFacts) -> str:
    """What keeps a task from being merged with any other, in words that follow a number."""
    reasons = {
        "that may skip others": task.may_skip,
        "that may wait": task.waits,
        "mapped": task.instances != 1 or task.is_bound,
        "setup or teardown": task.is_setup or task.is_teardown,
        f"with the trigger rule {task.trigger_rule}": task.trigger_rule != "all_success",
    }
    return next((reason for reason, holds in reasons.items() if holds), task.operator)


def _told(figures: Figures) -> str:
    return (
        f"linearity {figures.linearity:.2f} (longest path {figures.longest} of {figures.tasks} tasks), "
        f"width {figures.width}, peak {figures.peak}"
    )


def _saved(merge: Merge) -> str:
    fewer = merge.before.tasks - merge.after.tasks
    on_path = merge.before.longest - merge.after.longest
    return (
        f"saves about {merge.seconds:.1f} s of scheduling delay in each run: {fewer} fewer to schedule at about "
        f"{SECONDS_A_TASK:g} s a task, {on_path or 'none'} of them on the longest path"
    )


def sketch(dag: DagFacts, together: tuple[str, ...]) -> Iterator[str]:
    """The merged tasks as the functions of a Hamilton module, each with what it waits for as its parameters.

    What a task outside of the set hands in is an input of the driver call. A task that does nothing is no node.
    """
    idle = {task.task_id for task in dag.tasks if task.operator == "EmptyOperator"}
    inside = [task_id for task_id in together if task_id not in idle]
    feeds = {task_id: sorted(_feeding(dag, task_id, idle)) for task_id in inside}
    names = _names([*inside, *sorted({above for feed in feeds.values() for above in feed} - set(inside))])
    shown = [f"def {names[task_id]}({', '.join(names[above] for above in feeds[task_id])}): ..." for task_id in inside]
    yield from shown[:_MOST_NODES]
    if len(shown) > _MOST_NODES:
        yield f"# and {len(shown) - _MOST_NODES} more"
    last = [names[task_id] for task_id in inside if not any(task_id in feed for feed in feeds.values())]
    inputs = [names[above] for above in names if above not in inside]
    given = f", inputs={{{', '.join(f'{name!r}: ...' for name in inputs)}}}" if inputs else ""
    yield f"driver.execute({last}{given})"


def _feeding(dag: DagFacts, task_id: str, idle: set[str]) -> set[str]:
    """The tasks directly upstream; of one that does nothing, those upstream of it."""
    above = {start for start, end in dag.edges if end == task_id}
    return {far for near in above for far in (_feeding(dag, near, idle) if near in idle else {near})}


def _names(tasks: list[str]) -> Mapping[str, str]:
    """Names of nodes: the task ids as Python identifiers, without their groups where that leaves them different.

    Hamilton takes no function that begins with an underscore for a node, and reads two of them as a separator.
    """
    short = {task: task.rpartition(".")[2] for task in tasks}
    names: dict[str, str] = {}
    for task in tasks:
        plain = short[task] if list(short.values()).count(short[task]) == 1 else task
        name = re.sub(r"_+", "_", re.sub(r"[^0-9A-Za-z]", "_", plain)).strip("_")
        if not name.isidentifier() or keyword.iskeyword(name):
            name = f"node_{name}".rstrip("_")
        taken, number = name, 2
        while name in names.values():
            name, number = f"{taken}_{number}", number + 1
        names[task] = name
    return names
