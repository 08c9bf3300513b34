"""The DAGs and the dataflows of an earlier report, to compare with: what a pull request changes of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.errors import UsageError
from windtunnel.facts import DagFacts, RunFacts
from windtunnel.report import Report


@dataclass(frozen=True, slots=True)
class Wiring:
    """A graph: its boxes by name, with what else is told of each ("" where nothing is known), and its arrows."""

    boxes: Mapping[str, str]
    edges: frozenset[tuple[str, str]]

    def altered(self, before: Wiring) -> frozenset[str]:
        """The boxes that were there before, and were something else."""
        both = [(name, told, before.boxes[name]) for name, told in self.boxes.items() if name in before.boxes]
        return frozenset(name for name, told, was in both if told and was and told != was)

    def is_like(self, before: Wiring) -> bool:
        """Whether there is nothing to be drawn of a change."""
        return (self.boxes.keys(), self.edges) == (before.boxes.keys(), before.edges) and not self.altered(before)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one DAG; `seconds` is None where it was not run, the boxes are its tasks with their operators."""

    wiring: Wiring
    width: int
    linearity: float
    seconds: float | None

    @property
    def tasks(self) -> int:
        """How many there are."""
        return len(self.wiring.boxes)


@dataclass(frozen=True, slots=True)
class Flows:
    """The dataflows: of each module all that its functions make, and what drivers ran on by dag_id and task_id."""

    modules: Mapping[str, Wiring]
    driven: Mapping[tuple[str, str], Wiring]


@dataclass(frozen=True, slots=True)
class Base:
    """What an earlier report knows: the figures of its DAGs by dag_id, its dataflows, and the files of both by name."""

    dags: Mapping[str, Figures]
    flows: Flows
    files: Mapping[str, str]

    def gone(self, before: Iterable[str], now: Iterable[str], report: Report) -> list[str]:
        """What was there before and is not now; what lies in a file that nobody has looked at is not gone."""
        looked_at = {file.path for file in report.files} | {flow.path for flow in report.dataflows}
        missing = sorted(set(before) - set(now))
        return [name for name in missing if self.files[name] in looked_at or not _lies(report.root / self.files[name])]


def figures_of(dag: DagFacts, run: RunFacts | None) -> Figures:
    """Those of a DAG of this run, as a report would keep them."""
    seconds = round(run.process.seconds, 3) if run else None
    wiring = Wiring({task.task_id: task.operator for task in dag.tasks}, frozenset(dag.edges))
    return Figures(wiring, dag.shape.width, round(dag.shape.linearity, 4), seconds)


def read_base(file: str) -> Base | None:
    """What a JSON report knows; None where no file is named. UsageError for what is no report."""
    if not file:
        return None
    try:
        document = json.loads(Path(file).read_text(encoding="utf-8"))
        named = {"dag_id": document["dags"], "module": document["dataflows"]}
        files = {one[name]: one["file"] for name, several in named.items() for one in several}
        return Base({dag["dag_id"]: _figures(dag) for dag in document["dags"]}, flows_of(document), files)
    except OSError as error:
        raise UsageError(f"--compare {file}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"--compare {file}: not a report of `windtunnel check --report json=FILE`") from error


def flows_of(document: Mapping[str, Any]) -> Flows:
    """The dataflows of a JSON report; an older one may tell less."""
    graphs = {graph["id"]: graph["nodes"] for graph in document.get("graphs", ())}
    parts: dict[tuple[str, str], list[Wiring]] = defaultdict(list)
    for dag in document["dags"]:
        for driver in dag["run"]["drivers"] if dag["run"] else ():
            if driver.get("graph") in graphs:
                parts[dag["dag_id"], driver["task_id"]].append(_driven(graphs[driver["graph"]]))
    modules = {flow["module"]: _module(flow["nodes"]) for flow in document["dataflows"] if flow["nodes"]}
    return Flows(modules, {known: _together(several) for known, several in parts.items()})


def _lies(file: Path) -> bool:
    """Whether the file is there, be it in an archive."""
    return file.exists() or any(parent.is_file() for parent in file.parents)


def _figures(dag: Mapping[str, Any]) -> Figures:
    operators = {task["task_id"]: task["operator"] for task in dag.get("structure", {}).get("tasks", ())}
    wiring = Wiring({task_id: operators.get(task_id, "") for task_id in dag["task_ids"]}, _edges(dag["edge_list"]))
    return Figures(wiring, dag["width"], dag["linearity"], dag["run"]["seconds"] if dag["run"] else None)


def _edges(pairs: Iterable[Iterable[str]]) -> frozenset[tuple[str, str]]:
    return frozenset((up, down) for up, down in pairs)


def _driven(nodes: Iterable[Mapping[str, Any]]) -> Wiring:
    nodes = list(nodes)
    told = {node["name"]: " ".join(_words(node)) for node in nodes}
    return Wiring(told, _edges((need, node["name"]) for node in nodes for need in node["needs"]))


def _words(node: Mapping[str, Any]) -> Iterator[str]:
    if node["kind"] != "function":
        yield node["kind"]
    if node["type"]:
        yield node["type"]


def _module(nodes: Iterable[Mapping[str, Any]]) -> Wiring:
    """All that the functions make in any configuration, and what they ask for."""
    types: dict[str, dict[str, None]] = defaultdict(dict)
    for node in (nodes := list(nodes)):
        types[node["name"]][node["type"]] = None
    made = {name: " or ".join(several) for name, several in types.items()}
    asked = {need: "input" for node in nodes for need in node["parameters"] if need not in made}
    return Wiring({**made, **asked}, _edges((need, node["name"]) for node in nodes for need in node["parameters"]))


def _together(several: Iterable[Wiring]) -> Wiring:
    boxes: dict[str, str] = {}
    edges: frozenset[tuple[str, str]] = frozenset()
    for wiring in several:
        boxes.update(wiring.boxes)
        edges |= wiring.edges
    return Wiring(boxes, edges)
