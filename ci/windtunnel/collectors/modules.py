"""Hamilton modules built and tried, each in a child of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from windtunnel.collectors.failures import relative
from windtunnel.facts import DataflowFacts, End, ProcessFacts, PropertyFacts
from windtunnel.findings import Location
from windtunnel.pool import Job, Outcome, Pool
from windtunnel.worker import Shelf


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """A Hamilton module, the folder that its name counts from, and the root of the repository."""

    name: str
    file: Path
    home: Path
    root: Path

    @property
    def path(self) -> str:
        """The file as findings name it."""
        return relative(self.file, self.root)


def collect_dataflows(pool: Pool, modules: Iterable[ModuleFile], timeout: float) -> Iterator[DataflowFacts]:
    """The graph of each module, in the order in which their children end."""
    jobs = (Job(module, f"{__name__}:build_module", (module,), timeout) for module in modules)
    for job, outcome in pool.map(jobs):
        facts = outcome.value or DataflowFacts(job.key.name, job.key.path, outcome.process)
        yield replace(facts, process=outcome.process)


@dataclass(frozen=True, slots=True)
class Trial:
    """The functions of one module to be tried: those of the named nodes, or of all nodes where none is named.

    `seconds` are shared out among them: a slow function gets fewer examples.
    """

    module: ModuleFile
    nodes: tuple[str, ...]
    max_examples: int
    seed: int
    seconds: float


def collect_trials(pool: Pool, trials: Iterable[Trial], timeout: float) -> Iterator[tuple[PropertyFacts, ...]]:
    """The properties of each module's functions, in the order in which their children end."""
    jobs = (Job(trial, f"{__name__}:try_module", (trial,), timeout) for trial in trials)
    for job, outcome in pool.map(jobs):
        yield _as_far_as_it_came(job.key, outcome)


def _as_far_as_it_came(trial: Trial, outcome: Outcome) -> tuple[PropertyFacts, ...]:
    """What was learned; where the child came to grief, the function that it was at work on says so."""
    known: tuple[PropertyFacts, ...] = outcome.value or ()
    if outcome.process.end is End.COMPLETED:
        return known
    at_work = known[-1:] or (_nothing_known(trial),)
    return (*known[:-1], *(replace(facts, process=outcome.process) for facts in at_work))


def _nothing_known(trial: Trial) -> PropertyFacts:
    location = Location(trial.module.path)
    return PropertyFacts(trial.module.name, trial.module.path, "", location, ProcessFacts(End.DIED))


# In the child


def build_module(module: ModuleFile) -> DataflowFacts:
    """The graph of one module, imported in this very process."""
    from windtunnel.collectors.dataflows import collect_dataflow

    _enter(module)
    return collect_dataflow(module.name, module.path, str(module.root))


def try_module(trial: Trial) -> tuple[PropertyFacts, ...]:
    """The properties of one module's functions, tried in this very process, put aside one by one."""
    from windtunnel.collectors.properties import iterate_properties

    _enter(trial.module)
    shelf = Shelf()
    known: list[PropertyFacts] = []
    module = trial.module
    for at_work, facts in iterate_properties(
        module.name, module.path, str(module.root), trial.nodes or None, trial.max_examples, trial.seed, trial.seconds
    ):
        if facts is None:
            shelf.keep((*known, at_work))
        else:
            known.append(facts)
    return tuple(known)


def _enter(module: ModuleFile) -> None:
    from windtunnel.airflow_compat.environment import airflow_variables
    from windtunnel.collectors.effects import refuse_network

    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ.update(airflow_variables(Path(os.environ["TMPDIR"]) / "airflow"))  # a module may import Airflow too
    refuse_network()
    sys.path[:0] = dict.fromkeys([str(module.root), str(module.home)])
