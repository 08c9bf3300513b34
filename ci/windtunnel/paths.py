"""Which further runs of a DAG can teach something: a plan on paper, from its structure and the runs that were seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter

from windtunnel.facts import DagFacts, End, ForcedFacts, Forcing, RunEnd, RunFacts, TaskFacts
from windtunnel.trigger_rules import FAILED, answers, descendants, followed_by_choice, leaves, play, skipped_by_choice

Path = tuple[ForcedFacts, ...]
"""All that is forced on one run."""

_DOES_NOTHING = "EmptyOperator"


def has_more_paths(dag: DagFacts, plain: RunFacts) -> bool:
    """Whether the plain run came to an end of its own, and left something that another one, or nobody, can show."""
    has_ended = plain.process.end is End.COMPLETED and plain.left is RunEnd.FINISHED and plain.failure is None
    return has_ended and bool(plain.state) and bool(left_out(dag, [plain]))


def next_paths(dag: DagFacts, seen: Sequence[RunFacts]) -> tuple[Path, ...]:
    """The paths that no run of those `seen`, the plain one first, has taken: the most telling first.

    First other answers, each reached from a run in which the question was asked; when there are none left, failures.
    """
    others, failures = _untried(dag, seen)
    return others or failures


def left_out(dag: DagFacts, seen: Sequence[RunFacts]) -> tuple[str, ...]:
    """What no run of those `seen` has shown, each as the end of a sentence that begins with "when"."""
    paths = [" and ".join(forced.text for forced in path) for part in _untried(dag, seen) for path in part]
    return (*paths, *(f"{task_id!r} gives a list with something in it" for task_id in _always_empty(dag, seen)))


def named_choices(dag: DagFacts, task: TaskFacts) -> list[tuple[str, ...]]:
    """The answers that stand in the text of a branch, as children of it, without those that would fail it."""
    known = {other.task_id for other in dag.tasks} | {group for group, _ in dag.groups}
    valid = [choice for choice in task.choices if choice.whole and known.issuperset(choice.targets)]
    groups = {group: set(tasks) for group, tasks in dag.groups}
    children = sorted(_children(dag, task))
    found = [
        tuple(child for child in children if any(child in groups.get(target, {target}) for target in choice.targets))
        for choice in valid
    ]
    possible = answers(dag, task.task_id)
    return [targets for targets in dict.fromkeys(found) if targets in possible]


def does_something(dag: DagFacts, task_id: str) -> bool:
    """Whether the task or any behind it has work to do: not so where all are empty operators."""
    return bool(_working(dag, task_id)) or any(task.task_id == task_id and not _is_idle(task) for task in dag.tasks)


def _untried(dag: DagFacts, seen: Sequence[RunFacts]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    tried = {run.forced for run in seen}
    others = dict.fromkeys(path for path in _other_answers(dag, seen) if path not in tried)
    failures = dict.fromkeys(path for path in _failures(dag, seen[0]) if path not in tried)
    return tuple(others), tuple(failures)


def _always_empty(dag: DagFacts, seen: Sequence[RunFacts]) -> Iterator[str]:
    """The tasks whose lists were empty in every run: of what they hold at other times nothing is known."""
    for task in dag.tasks:
        mapped = _mapped_over(dag, task)
        has_given = bool(mapped) and any(_has_worked(run, task.task_id) for run in seen)
        if has_given and not any(_copies(run, mapped) for run in seen):
            yield task.task_id


def _other_answers(dag: DagFacts, seen: Sequence[RunFacts]) -> Iterator[Path]:
    reached = [run for run in seen if not any(forced.how is Forcing.FAIL for forced in run.forced)]
    for task in dag.tasks:
        bases = [run for run in reached if _has_worked(run, task.task_id)]
        if bases and task.mapping is None:  # each copy of a mapped one may answer as it likes
            for forced in _answers_of(dag, task, bases):
                yield (*(one for one in bases[0].forced if one.task_id != task.task_id), forced)


def _has_worked(run: RunFacts, task_id: str) -> bool:
    return any(task.task_id == task_id and task.state == "success" and task.tries for task in run.tasks)


def _answers_of(dag: DagFacts, task: TaskFacts, bases: Sequence[RunFacts]) -> Iterator[ForcedFacts]:
    """What the task could have answered in the runs that asked it, and did not."""
    if task.is_branch:
        known = [_followed(dag, task, run) for run in bases]
        for targets, is_sure in _choices(dag, task, known[0]).items():
            follows = followed_by_choice(dag, task.task_id, *targets)
            if follows not in known and _tells(dag, task, skipped_by_choice(dag, task.task_id, *targets)):
                yield ForcedFacts(task.task_id, Forcing.FOLLOW, targets, is_sure)
    elif task.cuts:
        passed = {bool(_alive(dag, task, run)) for run in bases}
        if True not in passed and _tells(dag, task, play(dag, {})):
            yield ForcedFacts(task.task_id, Forcing.GO_ON)
        if False not in passed and _tells(dag, task, play(dag, dict.fromkeys(task.cuts, "skipped"))):
            yield ForcedFacts(task.task_id, Forcing.STOP)
    elif (mapped := _mapped_over(dag, task)) and all(_copies(run, mapped) for run in bases):
        states = play(dag, dict.fromkeys(mapped, "skipped"))
        yield from [ForcedFacts(task.task_id, Forcing.EMPTY)] * _tells(dag, task, states)


def _children(dag: DagFacts, task: TaskFacts) -> set[str]:
    kept = {other.task_id for other in dag.tasks if other.is_teardown}  # nobody skips a teardown
    return {below for above, below in dag.edges if above == task.task_id} - kept


def _alive(dag: DagFacts, task: TaskFacts, run: RunFacts) -> set[str]:
    """The children of a task that it did not skip in a run."""
    skipped = {one.task_id for one in run.tasks if one.state == "skipped" and not one.tries}
    return _children(dag, task) - skipped


def _followed(dag: DagFacts, task: TaskFacts, run: RunFacts) -> set[str]:
    forced = next((one for one in run.forced if one.task_id == task.task_id), None)
    return followed_by_choice(dag, task.task_id, *forced.targets) if forced else _alive(dag, task, run)


def _choices(dag: DagFacts, task: TaskFacts, followed: set[str]) -> dict[tuple[str, ...], bool]:
    """The children that the branch can follow together, and whether it is sure that it does so at times.

    Those that its text names; of the others each alone if it was seen to follow one alone, else all of them.
    """
    children = tuple(sorted(_children(dag, task)))
    if task.operator == "LatestOnlyOperator":
        return {children: True, (): True}
    named = named_choices(dag, task)
    rest = [child for child in children if not any(child in targets for targets in named)]
    follows_one = not named and len(followed) == 1
    others = [(child,) for child in rest] if named or follows_one else [children] if rest else []
    return {**dict.fromkeys(others, follows_one), **dict.fromkeys(named, True)}


def _mapped_over(dag: DagFacts, task: TaskFacts) -> tuple[str, ...]:
    """The tasks of which there are as many copies as this one gives elements."""
    return tuple(
        other.task_id for other in dag.tasks if other.mapping is not None and task.task_id in other.mapping.over
    )


def _copies(run: RunFacts, mapped: Sequence[str]) -> int:
    return sum(task.task_id in mapped and task.map_index >= 0 for task in run.tasks)


def _tells(dag: DagFacts, task: TaskFacts, states: dict[str, str]) -> bool:
    """Whether anything that does something would run behind the task."""
    return any(states[name] == "success" for name in _working(dag, task.task_id))


def _working(dag: DagFacts, task_id: str) -> set[str]:
    below = descendants(dag, task_id)
    return {task.task_id for task in dag.tasks if task.task_id in below and not _is_idle(task)}


def _is_idle(task: TaskFacts) -> bool:
    return task.operator == _DOES_NOTHING and not task.produces


def _failures(dag: DagFacts, plain: RunFacts) -> Iterator[Path]:
    """A failure of each task that something hears of, those first of which something new does."""
    heard: set[frozenset[str]] = set()
    later: list[Path] = []
    for task in _in_order(dag):
        late = _late(dag, task)
        callbacks = _hearing(dag, task)
        never_starts = task.operator == _DOES_NOTHING  # the scheduler itself ends it
        if not (late or callbacks) or never_starts or not _has_worked(plain, task.task_id):
            continue
        path = (ForcedFacts(task.task_id, Forcing.FAIL),)
        if {late, callbacks} - heard - {frozenset()}:
            yield path
        elif late:
            later.append(path)
        heard |= {late, callbacks}
    yield from later


def _hearing(dag: DagFacts, task: TaskFacts) -> frozenset[str]:
    """The callbacks that hear of a failure of the task; the DAG's own only where the run fails with it."""
    states = play(dag, {task.task_id: "failed"})
    is_shown = any(states[leaf] in FAILED for leaf in leaves(dag))
    return frozenset((*task.on_failure, *(dag.on_failure if is_shown else ())))


def _late(dag: DagFacts, task: TaskFacts) -> frozenset[str]:
    """The tasks that run when this one has failed though they wait for it, and do something."""
    states = play(dag, {task.task_id: "failed"})
    return frozenset(name for name in _working(dag, task.task_id) if states[name] == "success")


def _in_order(dag: DagFacts) -> list[TaskFacts]:
    upstream: dict[str, list[str]] = {task.task_id: [] for task in dag.tasks}
    for above, below in dag.edges:
        upstream[below].append(above)
    by_id = {task.task_id: task for task in dag.tasks}
    return [by_id[task_id] for task_id in TopologicalSorter(upstream).static_order()]
