"""Functions that nobody comes to, and configurations that nobody gives, in modules that the DAGs do drive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from windtunnel.collectors.repository_text import RepositoryText, called_in
from windtunnel.coverage import coverage_of
from windtunnel.facts import CoverageFacts, DataflowFacts, DriverFacts, End, IdleFacts, NodeFacts, RunFacts, UnusedFacts


def coverage_facts(dataflows: Sequence[DataflowFacts], runs: Sequence[RunFacts], root: Path | None) -> CoverageFacts:
    """What the runs have come to, and what nobody comes to in the repository at `root`, None where it is not whole."""
    known = coverage_of(dataflows, runs)
    if root is None:
        return known
    text = RepositoryText(root)
    idle, unused = idle_functions(dataflows, runs, text), unused_values(dataflows, runs, text)
    return replace(known, idle=tuple(idle), unused=tuple(unused), whole=True)


def idle_functions(
    dataflows: Iterable[DataflowFacts], runs: Sequence[RunFacts], text: RepositoryText
) -> Iterator[IdleFacts]:
    """Told only of modules of which every driver is known, with all that it may ask for."""
    for flow in dataflows:
        drivers = _drivers_of(flow, runs)
        if drivers and _is_certain(flow, drivers, runs, text):
            yield from _idle(flow, drivers, text)


def _drivers_of(flow: DataflowFacts, runs: Iterable[RunFacts]) -> list[DriverFacts]:
    return [driver for run in runs for driver in run.drivers if _drives(driver, flow.module)]


def _drives(driver: DriverFacts, module: str) -> bool:
    return module in driver.modules or any(name == module for name, _ in driver.reached)


def _is_certain(
    flow: DataflowFacts, drivers: Iterable[DriverFacts], runs: Iterable[RunFacts], text: RepositoryText
) -> bool:
    """Whether all DAGs ran to their end, and what they ask this module for is written down, not worked out."""
    asked = {name for driver in drivers for name in driver.final_vars}
    is_written = all(text.names(name.rpartition(".")[2], but=text.root / flow.path) for name in asked)
    return is_written and not any(driver.is_chosen for driver in drivers) and all(map(_succeeded, runs))


def _succeeded(run: RunFacts) -> bool:
    ended = run.process.end is End.COMPLETED and run.failure is None
    return bool(run.forced) or (ended and all(task.state == "success" for task in run.tasks))


def _idle(flow: DataflowFacts, drivers: Iterable[DriverFacts], text: RepositoryText) -> Iterator[IdleFacts]:
    file = text.root / flow.path
    reached = {name for driver in drivers for module, name in driver.reached if module == flow.module}
    called = called_in(file)
    alive = {node.name for node in flow.nodes if node.name in reached or not node.always}
    alive |= {node.name for node in flow.nodes if {node.name, node.function} & called}
    alive |= {node.name for node in flow.nodes if text.names(node.name, but=file)}
    alive = _with_upstream(alive, flow.nodes)
    for function in dict.fromkeys(node.function for node in flow.nodes):
        nodes = [node for node in flow.nodes if node.function == function]
        if not any(node.name in alive for node in nodes):
            yield IdleFacts(flow.module, function, tuple(node.name for node in nodes), nodes[0].location)


def _with_upstream(names: set[str], nodes: Iterable[NodeFacts]) -> set[str]:
    needs: dict[str, set[str]] = {}
    for node in nodes:
        needs.setdefault(node.name, set()).update(node.parameters)
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needs.get(name, ())
    return found


def unused_values(
    dataflows: Iterable[DataflowFacts], runs: Sequence[RunFacts], text: RepositoryText
) -> Iterator[UnusedFacts]:
    """Told only where every value that the key is given stands in the text."""
    for flow in dataflows:
        drivers = _drivers_of(flow, runs)
        for key in dict.fromkeys(mention.key for mention in flow.mentions) if drivers else ():
            given = {value for driver in drivers for name, value in driver.config if name == key}
            written = text.values_of(key)
            if written is not None and given <= {*written, ""}:
                yield from (
                    UnusedFacts(flow.module, key, mention.value, mention.location)
                    for mention in flow.mentions
                    if mention.key == key and mention.value not in written
                )
