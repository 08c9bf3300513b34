"""What a DAG's tasks come to when some fail or are skipped: Airflow's trigger rules, played through on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from itertools import islice, product

from windtunnel.facts import DagFacts

FAILED = ("failed", "upstream_failed")
_MOST_CHOICES = 64


def play(dag: DagFacts, forced: Mapping[str, str]) -> dict[str, str]:
    """The final state of every task, by task_id, if the `forced` ones end so and every other one that runs succeeds.

    The rules are those of `airflow/ti_deps/deps/trigger_rule_dep.py`. A mapped task counts as one task.
    """
    upstream: dict[str, list[str]] = {task.task_id: [] for task in dag.tasks}
    for above, below in dag.edges:
        upstream[below].append(above)
    rules = {task.task_id: task.trigger_rule for task in dag.tasks}
    states: dict[str, str] = {}
    for task_id in TopologicalSorter(upstream).static_order():
        seen = Counter(states[above] for above in upstream[task_id])
        states[task_id] = forced.get(task_id) or _state(rules[task_id], seen)
    return states


def _state(rule: str, above: Counter[str]) -> str:
    """The state of a task whose direct upstream tasks have ended as counted."""
    if not above:
        return "success"
    failed, skipped, succeeded = sum(above[state] for state in FAILED), above["skipped"], above["success"]
    verdicts = {
        "all_success": "upstream_failed" if failed else "skipped" if skipped else "success",
        "all_failed": "skipped" if succeeded or skipped else "success",
        "all_skipped": "skipped" if succeeded or failed else "success",
        "one_failed": "success" if failed else "skipped",
        "one_success": "success" if succeeded else "upstream_failed" if failed else "skipped",
        "one_done": "success" if succeeded or failed else "skipped",
        "none_failed": "upstream_failed" if failed else "success",
        "none_failed_min_one_success": "upstream_failed" if failed else "success" if succeeded else "skipped",
        "none_skipped": "skipped" if skipped else "success",
        "all_done_min_one_success": "skipped" if skipped else "success" if succeeded else "upstream_failed",
    }
    return verdicts.get(rule, "success")


def leaves(dag: DagFacts) -> tuple[str, ...]:
    """The tasks whose states decide the state of the run: those with nothing but teardowns behind them."""
    teardowns = {task.task_id for task in dag.tasks if task.is_teardown}
    followed = {above for above, below in dag.edges if below not in teardowns}
    return tuple(task.task_id for task in dag.tasks if task.task_id not in followed | teardowns)


def answers(dag: DagFacts, branch: str) -> tuple[tuple[str, ...], ...]:
    """The sets of children that a branch may follow: each alone, and those that its text names together.

    Whoever names a task group means those of the children that are in it.
    """
    children = sorted({below for above, below in dag.edges if above == branch})
    groups = {group: set(tasks) for group, tasks in dag.groups}
    named = [choice.targets for task in dag.tasks if task.task_id == branch for choice in task.choices]
    together = [
        tuple(child for child in children if any(child in groups.get(target, {target}) for target in targets))
        for targets in named
    ]
    return tuple(dict.fromkeys([*((child,) for child in children), *filter(None, together)]))


def skipped_by_choice(dag: DagFacts, branch: str, *chosen: str) -> dict[str, str]:
    """The states if the branch follows the `chosen`: its other children are skipped, but for what these lead to."""
    return play(dag, dict.fromkeys(_left_out(dag, branch, chosen), "skipped"))


def followed_by_choice(dag: DagFacts, branch: str, *chosen: str) -> set[str]:
    """The children of a branch that it does not skip if it follows the `chosen`."""
    return {below for above, below in dag.edges if above == branch} - _left_out(dag, branch, chosen)


def runs_by_choice(dag: DagFacts) -> Iterator[dict[str, str]]:
    """The states in each run that the answers of the branches lead to; one run where nothing branches.

    Of a DAG with more such runs than `_MOST_CHOICES`, the first ones.
    """
    possible = {task.task_id: answers(dag, task.task_id) for task in dag.tasks if task.is_branch}
    branches = {branch: chosen for branch, chosen in possible.items() if chosen}  # without those that nothing follows
    for chosen in islice(product(*branches.values()), _MOST_CHOICES):
        skipped = (_left_out(dag, branch, kept) for branch, kept in zip(branches, chosen, strict=True))
        yield play(dag, dict.fromkeys(set().union(*skipped), "skipped"))


def _left_out(dag: DagFacts, branch: str, chosen: Iterable[str]) -> set[str]:
    children = {below for above, below in dag.edges if above == branch}
    return children - {task_id for one in chosen for task_id in (one, *descendants(dag, one))}


def descendants(dag: DagFacts, task_id: str) -> set[str]:
    """All tasks downstream of one, at any distance."""
    return _reached(task_id, dag.edges)


def ancestors(dag: DagFacts, task_id: str) -> set[str]:
    """All tasks upstream of one, at any distance."""
    return _reached(task_id, [(below, above) for above, below in dag.edges])


def _reached(start: str, edges: Iterable[tuple[str, str]]) -> set[str]:
    after: dict[str, list[str]] = {}
    for one, next_one in edges:
        after.setdefault(one, []).append(next_one)
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = set(after.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found
