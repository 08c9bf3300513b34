"""What the page shows, taken out of the JSON report: findings with their places, DAGs with their drawings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from windtunnel.reporters.picture import graphs
from windtunnel.reporters.picture.drawing import Drawing, Mark, svg
from windtunnel.reporters.picture.graphs import Object, Places
from windtunnel.reporters.picture.texts import Names, counted

SEVERITIES = ("error", "warning", "notice")


@dataclass(frozen=True, slots=True)
class FoundHere:
    """One finding with its place on the page; `dag` and `task` are the ids of what it is about, "" for none."""

    id: str
    facts: Object
    dag: str = ""
    task: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is neither suppressed nor known."""
        return not self.facts["suppressed"] and not self.facts["known"]


@dataclass(frozen=True, slots=True)
class Execution:
    """One driver execution, or several that were alike: `instances` are the map indexes, -1 for none."""

    driver: Object
    instances: tuple[int, ...]
    seconds: tuple[float, float]
    picture: Markup
    too_large: bool
    nodes: int


@dataclass(frozen=True, slots=True)
class TaskHere:
    """One task on the page."""

    id: str
    facts: Object
    state: str
    instances: Sequence[Object]
    executions: tuple[Execution, ...]
    saves: tuple[Object, ...]
    findings: tuple[FoundHere, ...]


@dataclass(frozen=True, slots=True)
class DagHere:
    """One DAG on the page."""

    id: str
    facts: Object
    picture: Markup
    too_large: bool
    tasks: tuple[TaskHere, ...]
    findings: tuple[FoundHere, ...]

    @property
    def outcome(self) -> str:
        """What became of its run, in a word that is a class too."""
        return str(self.facts["run"]["outcome"]) if self.facts["run"] else "not run"

    @property
    def worst(self) -> str:
        """The worst severity that counts, "" for none."""
        return _worst(self.findings)


@dataclass(frozen=True, slots=True)
class ModuleHere:
    """One Hamilton module on the page."""

    id: str
    facts: Object
    picture: Markup
    too_large: bool
    findings: tuple[FoundHere, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All of it; of the findings those first that count, the errors before the others."""

    report: Object
    findings: tuple[FoundHere, ...]
    dags: tuple[DagHere, ...]
    modules: tuple[ModuleHere, ...]
    codes: tuple[tuple[str, str, int], ...] = field(default=())


def page_of(report: Object) -> Page:
    """The page of a report that was read from JSON."""
    return _Maker(report).page()


class _Maker:
    def __init__(self, report: Object) -> None:
        self._report = report
        self._names = Names()
        self._by_node: dict[tuple[str, str], list[FoundHere]] = {}
        self._graphs = {graph["id"]: graph for graph in report["graphs"]}
        self._files = {dag["file"] for dag in report["dags"]}
        self._dag_ids = [self._names.new("dag", dag["dag_id"]) for dag in report["dags"]]
        self._task_ids = [
            {task["task_id"]: self._names.new(name, task["task_id"]) for task in dag["structure"]["tasks"]}
            for name, dag in zip(self._dag_ids, report["dags"], strict=True)
        ]

    def page(self) -> Page:
        findings = tuple(self._finding(finding) for finding in self._report["findings"])
        by_dag: dict[str, list[FoundHere]] = {}
        for found in findings:
            by_dag.setdefault(found.dag, []).append(found)
            if found.facts["node"] and not found.dag:
                self._by_node.setdefault((found.facts["file"], found.facts["node"]), []).append(found)
        dags = tuple(
            self._dag(number, dag, tuple(by_dag.get(name, ())))
            for number, (name, dag) in enumerate(zip(self._dag_ids, self._report["dags"], strict=True))
        )
        modules = tuple(self._module(facts, findings) for facts in self._report["dataflows"])
        told = tuple(sorted(findings, key=lambda found: (not found.counts, SEVERITIES.index(found.facts["severity"]))))
        codes = Counter((found.facts["code"], found.facts["name"]) for found in findings)
        return Page(self._report, told, dags, modules, tuple((*of, n) for of, n in sorted(codes.items())))

    def _finding(self, finding: Object) -> FoundHere:
        number = self._dag_number(finding)
        task_ids = self._task_ids[number] if number >= 0 else {}
        return FoundHere(
            self._names.new(finding["fingerprint"] or finding["code"]),
            finding,
            self._dag_ids[number] if number >= 0 else "",
            task_ids.get(finding["task_id"] or "", ""),
        )

    def _dag_number(self, finding: Object) -> int:
        """Which DAG it is about: two files may hold one dag_id, and the line may be in a module that the DAG uses."""
        named = [n for n, dag in enumerate(self._report["dags"]) if dag["dag_id"] == finding["dag_id"]]
        here = [n for n in named if self._report["dags"][n]["file"] == finding["file"]]
        elsewhere = finding["file"] in self._files
        return next(iter(here or ([] if elsewhere else named)), -1)

    def _dag(self, number: int, dag: Object, findings: tuple[FoundHere, ...]) -> DagHere:
        ids = self._task_ids[number]
        runs = graphs.by_task(dag["run"]["tasks"]) if dag["run"] else {}
        tasks = tuple(
            self._task(ids[task["task_id"]], task, dag, runs.get(task["task_id"], ()), findings)
            for task in dag["structure"]["tasks"]
        )
        marks = _marks((found.facts["task_id"], found) for found in findings if found.task)
        picture = graphs.dag(dag, Places(ids, marks))
        return DagHere(self._dag_ids[number], dag, *_drawn(picture), tasks, findings)

    def _task(
        self, name: str, task: Object, dag: Object, instances: Sequence[Object], findings: Iterable[FoundHere]
    ) -> TaskHere:
        run, task_id = dag["run"] or {"drivers": (), "saves": ()}, task["task_id"]
        saves = tuple(save for save in run["saves"] if save["task_id"] == task_id)
        own = tuple(found for found in findings if found.task == name)
        executions = tuple(self._executions([d for d in run["drivers"] if d["task_id"] == task_id], saves, own))
        return TaskHere(name, task, graphs.state_of(instances), instances, executions, saves, own)

    def _executions(
        self, drivers: Iterable[Object], saves: Iterable[Object], findings: Iterable[FoundHere]
    ) -> Iterator[Execution]:
        alike: dict[tuple[Any, ...], list[Object]] = {}
        for driver in drivers:
            alike.setdefault(_looks(driver), []).append(driver)
        for same in alike.values():
            first = max(same, key=lambda driver: driver["seconds"] or 0.0)
            graph = self._graphs.get(first["graph"])
            own = {save["node"]: save for save in saves if save["map_index"] == first["map_index"]}
            places = Places({}, self._pinned(graph, findings) if graph else {})
            drawn = _drawn(graphs.driven(graph, first, own, places)) if graph else (Markup(""), False)
            took = [driver["seconds"] or 0.0 for driver in same]
            indexes = tuple(driver["map_index"] for driver in same)
            yield Execution(first, indexes, (min(took), max(took)), *drawn, len(first["nodes"]))

    def _pinned(self, graph: Object, findings: Iterable[FoundHere]) -> Mapping[str, Mark]:
        """What was found at the task's nodes, and at the functions that make them, whoever drives these."""
        of_task = [(found.facts["node"], found) for found in findings if found.facts["node"]]
        places = [(node["name"], (node["file"], node["name"])) for node in graph["nodes"]]
        return _marks([*of_task, *((name, found) for name, place in places for found in self._by_node.get(place, ()))])

    def _module(self, facts: Object, findings: Iterable[FoundHere]) -> ModuleHere:
        own = tuple(found for found in findings if found.facts["file"] == facts["file"] and not found.dag)
        marks = _marks((found.facts["node"], found) for found in own if found.facts["node"])
        return ModuleHere(
            self._names.new("module", facts["module"]), facts, *_drawn(graphs.module(facts, Places({}, marks))), own
        )


def _drawn(drawing: Drawing) -> tuple[Markup, bool]:
    if drawing.is_too_large or not drawing.nodes:
        return Markup(""), drawing.is_too_large
    return svg(drawing), False


def _looks(driver: Object) -> tuple[Any, ...]:
    executed = tuple(sorted(set(driver["executed"])))
    return driver["graph"], executed, *(tuple(driver[key]) for key in ("broken", "inputs", "overrides", "modules"))


def _marks(pinned: Iterable[tuple[str, FoundHere]]) -> Mapping[str, Mark]:
    found: dict[str, list[FoundHere]] = {}
    for name, one in pinned:
        if one.counts:
            found.setdefault(name, []).append(one)
    return {name: Mark(len(some), _worst(some), _first(some).id) for name, some in found.items()}


def _first(findings: Sequence[FoundHere]) -> FoundHere:
    return min(findings, key=lambda found: SEVERITIES.index(found.facts["severity"]))


def _worst(findings: Iterable[FoundHere]) -> str:
    counting = [found for found in findings if found.counts]
    return str(_first(counting).facts["severity"]) if counting else ""


def headline(report: Object) -> tuple[str, str]:
    """The verdict in a word, and what it rests on."""
    counts = report["summary"]
    found = [counted(counts[f"{severity}s"], severity) for severity in SEVERITIES if counts[f"{severity}s"]]
    aside = [f"{counts[word]} {word}" for word in ("known", "suppressed") if counts[word]]
    word = "failed" if counts["failed"] else "passed"
    return word, ", ".join([*(found or ["no findings"]), *aside])
