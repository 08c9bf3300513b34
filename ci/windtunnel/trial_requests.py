"""What asks for the functions of a module to be tried: for how long, and on whose values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from windtunnel.collectors.modules import ModuleFile, Trial, memory_folder
from windtunnel.facts import DataflowFacts, RunFacts
from windtunnel.settings import Settings


def recorded_of(module: ModuleFile, runs: Iterable[RunFacts]) -> tuple[tuple[str, str], ...]:
    """The files of the dataflows that were recorded in runs whose drivers were given a module, with the DAG's path."""
    near = [run for run in runs if any(module.name in driver.modules for driver in run.drivers)]
    return tuple((file, run.location.path) for run in near for file in run.recorded)


def trial_of(module: ModuleFile, nodes: tuple[str, ...], settings: Settings, share: float = 1.0) -> Trial:
    """A trial that takes its share of the budget, and ends by itself well before its child is out of time."""
    seconds = min(settings.timeout / 2, settings.property_budget * share)
    memory = memory_folder(settings.root)
    return Trial(module, nodes, settings.max_examples, settings.seed, seconds, memory)


def shares_of(
    settings: Settings, modules: Sequence[ModuleFile], dataflows: Iterable[DataflowFacts]
) -> dict[str, float]:
    """The share of the budget that each module gets, by its path: by its functions, as several are tried at a time."""
    functions = {flow.path: len({node.function for node in flow.nodes}) for flow in dataflows}
    total = sum(functions.values()) or 1
    at_a_time = min(settings.jobs, len(modules))
    return {module.path: functions.get(module.path, 0) * at_a_time / total for module in modules}
