"""The DAGs and the dataflows of a report, as the JSON document has them, as drawings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from windtunnel.reporters.picture.drawing import Drawing, Mark, Node
from windtunnel.reporters.picture.texts import counted, seconds

Object: TypeAlias = Mapping[str, Any]
Marks: TypeAlias = Mapping[str, Mark]

SIGNS = {
    "success": "✓",
    "failed": "✗",
    "upstream_failed": "⊘",
    "skipped": "↷",
    "up_for_retry": "↻",
    "removed": "–",
}
"""What says the state to those who see no colours."""


class Places(NamedTuple):
    """Where boxes lead to, by their names, and what is pinned to them."""

    hrefs: Mapping[str, str]
    marks: Marks


NOWHERE = Places({}, {})


def dag(facts: Object, places: Places = NOWHERE) -> Drawing:
    """The DAG with the states of its run; the longest path has the class `lp`, the largest antichain `ac`."""
    runs = by_task(facts["run"]["tasks"]) if facts["run"] else {}
    tasks = facts["structure"]["tasks"]
    path = frozenset(pairwise(facts["longest_path"]))
    needless = frozenset((up, down) for up, down in facts["redundant_edges"])
    return Drawing(
        f"DAG {facts['dag_id']}: {counted(len(tasks), 'task')}",
        tuple(_task(task, facts, runs.get(task["task_id"], ()), places) for task in tasks),
        tuple((up, down) for up, down in facts["edge_list"]),
        tuple((group["group_id"], tuple(group["tasks"])) for group in facts["structure"]["groups"]),
        (("lp", path), ("needless", needless)),
    )


def by_task(tasks: Sequence[Object]) -> dict[str, list[Object]]:
    """The task instances by task_id."""
    found: dict[str, list[Object]] = {}
    for task in tasks:
        found.setdefault(task["task_id"], []).append(task)
    return found


def state_of(instances: Sequence[Object]) -> str:
    """The state of a task in one word: of several instances the worst."""
    states = [instance["state"] or "" for instance in instances]
    order = ("failed", "upstream_failed", "up_for_retry", "", "removed", "skipped", "success")
    return min(states, key=lambda state: order.index(state) if state in order else 3, default="")


def operator(name: str) -> str:
    """The operator as the author of the DAG writes it."""
    plain = name.lstrip("_")
    if not plain.endswith("DecoratedOperator"):
        return "@task.sensor" if plain == "DecoratedSensorOperator" else plain
    words = re.findall(r"[A-Z][a-z0-9]*", plain.removesuffix("DecoratedOperator"))
    kind = "_".join(word.lower() for word in words if word != "Python")
    return {"": "@task", "external": "@task.external_python"}.get(kind, f"@task.{kind}")


def _task(task: Object, facts: Object, instances: Sequence[Object], places: Places) -> Node:
    task_id = task["task_id"]
    state = state_of(instances)
    classes = [f"s-{state}" if state in SIGNS else "s-none" if instances else "plain"]
    classes += ["lp"] * (task_id in facts["longest_path"]) + ["ac"] * (task_id in facts["antichain"])
    classes += [kind for kind in ("mapped", "setup", "teardown") if task[kind]]
    rule = task["trigger_rule"].replace("_", " ")
    ended = f", {state.replace('_', ' ') or 'never started'}" if instances else ""
    hint = f"{task_id}: {operator(task['operator'])}, runs when {rule}{ended}"
    below = below_task(state, instances, operator(task["operator"]))
    return Node(task_id, below, tuple(classes), places.hrefs.get(task_id, ""), hint, places.marks.get(task_id))


def below_task(state: str, instances: Sequence[Object], otherwise: str) -> str:
    """How the task ended, how often, and how long it took; its operator where it was not run."""
    if not instances:
        return otherwise
    copies = f" ×{len(instances)}" if len(instances) > 1 else ""
    took = max((instance["seconds"] or 0.0 for instance in instances if instance["tries"]), default=None)
    words = [f"{SIGNS.get(state, '·')} {state.replace('_', ' ') or 'never started'}{copies}", seconds(took)]
    return " · ".join(filter(None, words))


def driven(graph: Object, driver: Object, saves: Mapping[str, Object], places: Places = NOWHERE) -> Drawing:
    """The graph that a driver ran on: what was executed, what was given, what was saved, what was left alone."""
    took = {entry["node"]: entry["seconds"] for entry in driver["took"]}
    return Drawing(
        f"dataflow of {driver['task_id']}: {counted(len(graph['nodes']), 'node')}",
        tuple(_driven(node, driver, took, saves, places) for node in graph["nodes"]),
        tuple((need, node["name"]) for node in graph["nodes"] for need in node["needs"]),
        late=True,
    )


def _driven(
    node: Object, driver: Object, took: Mapping[str, float], saves: Mapping[str, Object], places: Places
) -> Node:
    name, fate = node["name"], _fate(node, driver)
    save = saves.get(name)
    below = {
        "broken": "✗ raised",
        "idle": "not executed",
        "given": "given",
        "overridden": "overridden",
        "executed": seconds(took.get(name)) or "executed",
    }[fate]
    if save is not None and fate in ("executed", "idle"):
        sign = {"whole": "✓", "unseen": "?"}.get(save["state"], "✗")
        below = f"{sign} {save['state']}" + (f" · {below}" if fate == "executed" else "")
    hint = f"{name}: {node['type']}, {fate}" + (f", {node['file']}:{node['line']}" if node["file"] else "")
    bad = ["unkept"] * (save is not None and save["state"] not in ("whole", "unseen"))
    return Node(name, below, (node["kind"], fate, *bad), places.hrefs.get(name, ""), hint, places.marks.get(name))


def _fate(node: Object, driver: Object) -> str:
    name = node["name"]
    if name in driver["broken"]:
        return "broken"
    if name in driver["overrides"]:
        return "overridden"
    if name in driver["executed"]:
        return "executed"
    return "given" if node["kind"] == "input" and name in driver["inputs"] else "idle"


def module(facts: Object, places: Places = NOWHERE) -> Drawing:
    """The graph that a module makes by itself: all nodes of all configurations, and the inputs that it asks for."""
    nodes = {node["name"]: node for node in facts["nodes"]}
    edges = dict.fromkeys((need, node["name"]) for node in facts["nodes"] for need in node["parameters"])
    asked = dict.fromkeys(need for need, _ in edges if need not in nodes)
    made = tuple(
        Node(name, node["type"], ("function",), places.hrefs.get(name, ""), f"{name}: {node['type']}", mark)
        for name, node in nodes.items()
        for mark in [places.marks.get(name)]
    )
    inputs = tuple(Node(name, "input", ("input", "given")) for name in asked)
    return Drawing(f"dataflow {facts['module']}: {counted(len(nodes), 'node')}", made + inputs, tuple(edges), late=True)
