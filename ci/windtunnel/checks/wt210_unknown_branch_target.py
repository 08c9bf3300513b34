"""Branch that answers with an id which it cannot follow.

## What it does
Reads the literal answers of a branch from the text of the function that was loaded: strings, lists of them, the arms
of `a if x else b`, names and dicts that hold nothing but literals; and the `follow_task_ids_if_true` and `_if_false` of
the operators that have them. Reports an id that the DAG has neither as a task nor as a group, and one that is there but
is not followed: it is not downstream of the branch, or a child before it is skipped and takes it along.

## Why is this bad?
An unknown id fails the branch: "'branch_task_ids' must contain only valid task_ids". A known one that is not followed
is worse: all children of the branch are skipped, and the run is green. Inside a task group the id begins with that of
the group: `group.left`, not `left`.

## What to do
Return the whole id of a direct child of the branch, or `None` to follow none. An id that another file or the
environment makes is not seen here: allow it on the line with an ignore comment that says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from windtunnel.checks import check
from windtunnel.facts import ChoiceFacts, DagFacts, DagFileFacts, TaskFacts
from windtunnel.findings import Complaint, Location, Severity
from windtunnel.trigger_rules import descendants, play

FAILING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TaskGroup, task

with DAG("fork", schedule=None):

    @task.branch
    def choose(data_interval_end=None) -> str:
        if data_interval_end is None:
            return "nothing"  # WT210
        return "left"  # WT210

    with TaskGroup("group"):
        left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    choose() >> [left, right]
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TaskGroup, task

with DAG("fork", schedule=None):

    @task.branch
    def choose(data_interval_end=None) -> str | None:
        if data_interval_end is None:
            return None
        return "group.left"

    with TaskGroup("group"):
        left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    choose() >> [left, right]
"""

Use = tuple[DagFacts, TaskFacts, ChoiceFacts]


@check("WT210", on=DagFileFacts, severity=Severity.ERROR, remedy="answer with the whole id of a child, or None")
def unknown_branch_target(file: DagFileFacts) -> Iterator[Complaint]:
    uses: dict[tuple[Location, tuple[str, ...]], list[Use]] = {}
    for dag in file.dags:
        for task in dag.tasks:
            for choice in task.choices:
                # A function of another file may serve the DAGs of files that are not seen here.
                if choice.location.path == file.path:
                    uses.setdefault((choice.location, choice.targets), []).append((dag, task, choice))
    elsewhere = {task.task_id for dag in file.dags for task in dag.tasks}
    for shared in uses.values():
        yield from _faults(shared, elsewhere)


def _faults(uses: list[Use], elsewhere: set[str]) -> Iterator[Complaint]:
    """What is wrong with an answer in each of the branches that give it: one that is right in some may know why."""
    dag, task, choice = uses[0]
    unknown = [name for name in choice.targets if all(_is_unknown(name, use, elsewhere) for use in uses)]
    for name in unknown:
        says = f"branch {task.task_id!r} answers {name!r}, which is no task and no group of DAG {dag.dag_id!r}"
        yield Complaint(choice.location, f"{says}: it then fails{_guess(name, dag)}", task_id=task.task_id)
    if not unknown and choice.whole and all(_follows_nothing(use) for use in uses):
        yield Complaint(choice.location, _unfollowed(*uses[0]), task_id=task.task_id)


def _ids(dag: DagFacts) -> set[str]:
    return {task.task_id for task in dag.tasks} | {group for group, _ in dag.groups}


def _is_unknown(name: str, use: Use, elsewhere: set[str]) -> bool:
    """Whether the DAG never has this id. One that the text gives to a task which is not there may be conditional."""
    dag, _, choice = use
    is_explained = name not in choice.named or name in elsewhere or bool(_with_group(name, dag))
    return name not in _ids(dag) and is_explained


def _with_group(name: str, dag: DagFacts) -> list[str]:
    return sorted(known for known in _ids(dag) if known.endswith(f".{name}"))


def _guess(name: str, dag: DagFacts) -> str:
    near = _with_group(name, dag) or get_close_matches(name, sorted(_ids(dag)), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _follows_nothing(use: Use) -> bool:
    """Whether every child of the branch is skipped, and none of the tasks that were answered runs because of it."""
    dag, task, choice = use
    answered = _tasks(choice, dag)
    children = {below for above, below in dag.edges if above == task.task_id}
    kept = answered.union(*(descendants(dag, name) for name in answered))
    if task.mapping is not None or not answered or not children or children & kept:
        return False
    states = play(dag, dict.fromkeys(children, "skipped"))
    below = descendants(dag, task.task_id)
    return all(name not in below or states[name] == "skipped" for name in answered)


def _tasks(choice: ChoiceFacts, dag: DagFacts) -> set[str]:
    """The tasks that are answered; of a group those that it starts with. None where one is not there."""
    known = {group: _first_of(members, dag) for group, members in dag.groups}
    known |= {task.task_id: [task.task_id] for task in dag.tasks}
    return {name for target in choice.targets for name in known.get(target, ())}


def _first_of(members: tuple[str, ...], dag: DagFacts) -> list[str]:
    """The tasks of a group that wait for no other task of it: a branch that follows the group follows these."""
    behind = {below for above, below in dag.edges if above in members}
    return [member for member in members if member not in behind]


def _unfollowed(dag: DagFacts, task: TaskFacts, choice: ChoiceFacts) -> str:
    names = ", ".join(map(repr, choice.targets))
    is_below = bool(_tasks(choice, dag) & descendants(dag, task.task_id))
    fate = "is no child of it: all its children are skipped, and it with them"
    apart = "is not downstream of it: all its children are skipped"
    return f"branch {task.task_id!r} answers {names}, which {fate if is_below else apart}"
