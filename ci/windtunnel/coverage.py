"""Node coverage: which nodes of each module the DAGs have executed in their runs."""

from __future__ import annotations

from collections.abc import Iterable

from windtunnel.facts import CoverageFacts, CoveredFacts, DataflowFacts, RunFacts

Nodes = set[tuple[str, str]]
"""Modules and names of nodes."""


def coverage_of(dataflows: Iterable[DataflowFacts], runs: Iterable[RunFacts]) -> CoverageFacts:
    """Of the modules that could be built, and of the DAGs that drive one of them; several runs of a DAG are one."""
    known = {flow.module: flow for flow in dataflows if flow.nodes}
    reached: dict[tuple[str, str], Nodes] = {}
    driven: dict[tuple[str, str], set[str]] = {}
    for run in runs:
        dag = run.location.path, run.dag_id
        for driver in run.drivers:
            reached.setdefault(dag, set()).update(driver.reached)
            driven.setdefault(dag, set()).update(
                known.keys() & {*driver.modules, *(name for name, _ in driver.reached)}
            )
    everything = {node for nodes in reached.values() for node in nodes}
    return CoverageFacts(
        modules=tuple(_of_module(flow, everything) for flow in known.values()),
        dags=tuple(
            _of_dag(dag_id, path, [known[name] for name in sorted(names)], reached[path, dag_id])
            for (path, dag_id), names in driven.items()
            if names
        ),
    )


def _counted(flow: DataflowFacts) -> list[str]:
    """The names of its nodes; of those in a namespace, such as a @subdag's, only what a node outside of it needs."""
    needs: dict[str, set[str]] = {}
    for node in flow.nodes:
        needs.setdefault(node.name, set()).update(node.parameters)
    found: set[str] = set()
    waiting = [name for name in needs if "." not in name]
    while waiting:
        name = waiting.pop()
        if name in needs and name not in found:
            found.add(name)
            waiting += needs[name]
    return sorted(found)


def _of_module(flow: DataflowFacts, reached: Nodes) -> CoveredFacts:
    nodes = _counted(flow)
    return CoveredFacts(
        flow.module, flow.path, tuple(nodes), tuple(name for name in nodes if (flow.module, name) in reached)
    )


def _of_dag(dag_id: str, path: str, flows: list[DataflowFacts], reached: Nodes) -> CoveredFacts:
    """The names of its nodes have the modules before them: two may have one name."""
    nodes = [(flow.module, name) for flow in flows for name in _counted(flow)]
    full = [f"{module}.{name}" for module, name in nodes]
    executed = [f"{module}.{name}" for module, name in nodes if (module, name) in reached]
    return CoveredFacts(dag_id, path, tuple(full), tuple(executed))
