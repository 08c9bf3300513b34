"""Hamilton modules built and tried, each in a child of its own."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from windtunnel.collectors.failures import failure_facts, relative
from windtunnel.collectors.needs import need_of, need_of_write
from windtunnel.collectors.other_hashes import KeptCalls, call_file, compared
from windtunnel.facts import DataflowFacts, End, FailureFacts, ProcessFacts, PropertyFacts
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

    `seconds` are shared out among them: a slow function gets fewer examples. `memory` is the folder in which Hypothesis
    remembers what has failed, `calls` the file for calls that another process is to repeat; "" for none. `recorded` are
    the files of dataflows that real runs drove, each with the path of the DAG's.
    """

    module: ModuleFile
    nodes: tuple[str, ...]
    max_examples: int
    seed: int
    seconds: float
    memory: str = ""
    calls: str = ""
    recorded: tuple[tuple[str, str], ...] = ()


def memory_folder(root: Path) -> str:
    """Where Hypothesis remembers what has failed in this repository: the user's, not the repository's; "" for nowhere.

    Hypothesis's own variable for it is honoured.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    base = Path(os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY") or cache / "windtunnel" / "hypothesis")
    folder = base / hashlib.sha256(str(root).encode()).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a machine that keeps nothing
        return ""
    return str(folder)


def collect_trials(
    pool: Pool, trials: Iterable[Trial], timeout: float, others: Pool | None = None
) -> Iterator[tuple[PropertyFacts, ...]]:
    """The properties of each module's functions, in the order in which their children end.

    With `others`, whose processes have another hash seed, what they make of the same calls is among them.
    """
    kept = trials if others is None else (replace(trial, calls=call_file(pool)) for trial in trials)
    jobs = (Job(trial, f"{__name__}:try_module", (trial,), timeout) for trial in kept)
    for job, outcome in pool.map(jobs):
        facts = _as_far_as_it_came(job.key, outcome)
        yield facts if others is None else compared(facts, job.key.module, job.key.calls, (pool, others), timeout)


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
    """The graph of one module, imported in this very process, and what its import did."""
    from windtunnel.collectors.dataflows import collect_dataflow
    from windtunnel.collectors.module_imports import ModuleWatch

    watch = ModuleWatch(module.root, Path(os.environ["TMPDIR"]).parent)  # before all that refuses what is to be seen
    enter(module)
    watch.start()
    failure = _import(module)
    imported = watch.stop()
    if failure is None:
        return replace(collect_dataflow(module.name, module.path, str(module.root)), imported=imported)
    failure = replace(failure, needs=failure.needs or need_of_write(watch.refused))
    return DataflowFacts(module.name, module.path, ProcessFacts(End.COMPLETED), failure=failure, imported=imported)


def _import(module: ModuleFile) -> FailureFacts | None:
    """Import the module; why that failed, None where it did not."""
    from windtunnel.collectors.hamilton_functions import import_dataflow

    try:
        import_dataflow(module.name, module.path, module.root)
    except (Exception, SystemExit) as error:
        return failure_facts(error, module.root, need_of(error))
    return None


def try_module(trial: Trial) -> tuple[PropertyFacts, ...]:
    """The properties of one module's functions, tried in this very process, put aside one by one."""
    from windtunnel.collectors.properties import iterate_properties
    from windtunnel.collectors.properties_search import Effort
    from windtunnel.collectors.writes import WriteGuard

    module = trial.module
    guard = WriteGuard(module.root, Path(os.environ["TMPDIR"]).parent)
    enter(module)
    guard.is_on = True
    failure = _import(module)
    guard.is_on = False
    if failure is not None:  # of which the facts of the graph speak
        return ()
    shelf = Shelf()
    known: list[PropertyFacts] = []
    effort = Effort(trial.max_examples, trial.seed, trial.memory)
    calls = KeptCalls(trial.calls)
    of = (module.name, module.path, str(module.root), trial.nodes or None)
    for at_work, facts in iterate_properties(*of, effort, trial.seconds, calls.keep, dict(trial.recorded)):
        if facts is None:
            shelf.keep((*known, at_work))
        else:
            known.append(facts)
    calls.put_down()
    return tuple(known)


def enter(module: ModuleFile) -> None:
    """Make this process ready for a module of the user's: its folders on sys.path, and no network."""
    from windtunnel.airflow_compat.environment import airflow_variables
    from windtunnel.collectors.effects import refuse_network

    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ.update(airflow_variables(Path(os.environ["TMPDIR"]) / "airflow"))  # a module may import Airflow too
    refuse_network()
    sys.path[:0] = dict.fromkeys([str(module.root), str(module.home)])
