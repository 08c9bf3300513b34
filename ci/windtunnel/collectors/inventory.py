"""What DAG files ask of their deployment: what the loaded tasks name, what was read, and what the text says will be."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from windtunnel.airflow_compat.environment import is_own
from windtunnel.collectors.dags import DagFile, dag_location, settle_in_to_read, stuck_at, task_location
from windtunnel.collectors.failures import failure_from_text, is_users, relative
from windtunnel.collectors.needs import need_in_text
from windtunnel.collectors.reads import ReadWatch
from windtunnel.collectors.reads_in_text import Site, files_behind, sites_in
from windtunnel.collectors.source import SourceIndex
from windtunnel.facts import End, InventoryFacts, NeedFacts, NeedKind, ProcessFacts
from windtunnel.findings import Location
from windtunnel.pool import Job, Pool

Given = tuple[tuple[str, str], ...]
"""Environment variables, by name and value."""


def collect_inventories(pool: Pool, files: Iterable[tuple[DagFile, Given]], timeout: float) -> Iterator[InventoryFacts]:
    """The inventory of each file, loaded with what it is given, in the order in which their children end."""
    jobs = (Job(file, f"{__name__}:take_inventory", (file, given), timeout) for file, given in files)
    for job, outcome in pool.map(jobs):
        facts = outcome.value or InventoryFacts(job.key.path, outcome.process, stuck_at(outcome, job.key.root))
        yield replace(facts, process=outcome.process)


# In the child


def take_inventory(file: DagFile, given: Given) -> InventoryFacts:
    """The inventory of one file, loaded in this very process: a child of the Airflow template."""
    from windtunnel.airflow_compat.dagbag import read_dag_file

    os.environ.update(given)
    effects = settle_in_to_read(file)
    before = set(sys.modules)
    watch = ReadWatch(file.root)
    bag = read_dag_file(file.file, file.dag_folder)
    seen = watch.stop()
    errors = tuple(bag.import_errors.values())
    loaded = [need for dag in bag.dags.values() for need in _asked_by(dag, file)]
    written = _written_in_text(file, set(sys.modules) - before, failed=bool(errors))
    return InventoryFacts(
        path=file.path,
        process=ProcessFacts(End.COMPLETED),
        failures=tuple(failure_from_text(text, file.root, need_in_text(text, effects.refused)) for text in errors),
        needs=_without_repetition([*seen, *loaded, *written]),
    )


def _without_repetition(needs: list[NeedFacts]) -> tuple[NeedFacts, ...]:
    """What was seen before what is only written; a form from whoever knows it."""
    found: dict[tuple[NeedKind, str, Location], NeedFacts] = {}
    for need in needs:
        if need.kind is NeedKind.ENVIRONMENT and is_own(need.name):
            continue
        key = (need.kind, need.name, need.location)
        found[key] = replace(found.get(key, need), form=found.get(key, need).form or need.form)
    return tuple(sorted(found.values(), key=lambda need: (need.location, need.kind.value, need.name)))


def _asked_by(dag: Any, file: DagFile) -> Iterator[NeedFacts]:
    from windtunnel.airflow_compat.asked import asked_by_schedule, asked_by_task

    index = SourceIndex.of(file.file)
    for asked in asked_by_schedule(dag):
        yield NeedFacts(asked.kind, asked.name, dag_location(dag, file, index), asked.required, form=asked.form)
    for task in dag.tasks:
        location = task_location(task, dag, file, index)
        for asked in asked_by_task(task, dag):
            yield NeedFacts(asked.kind, asked.name, location, asked.required, form=asked.form)


def _written_in_text(file: DagFile, imported: set[str], failed: bool) -> Iterator[NeedFacts]:
    """What the text of the file says, and that of the modules of the repository that it imports, now or in a task.

    What stands at the top of a module that was `imported` has been seen: it is left out, unless the load has failed.
    """
    modules = (getattr(sys.modules.get(name), "__file__", None) for name in imported)
    loaded = {Path(path) for path in modules if path and is_users(path, file.root)}
    homes = [Path(entry or os.curdir) for entry in sys.path if is_users(str(Path(entry, "x")), file.root)]
    for path, tree in files_behind([file.file, *sorted(loaded)], homes).items():
        known = path == file.file or path in loaded
        for site in sites_in(tree):
            if site.in_function or not known or failed:
                at_import = failed and known and not site.in_function
                yield from _needs_at(site, Location(relative(path, file.root), site.line), at_import)


def _needs_at(site: Site, location: Location, at_import: bool) -> Iterator[NeedFacts]:
    from windtunnel.airflow_compat.asked import asked_of_hook

    if not site.hook:
        yield NeedFacts(site.kind, site.name, location, site.required, at_import, site.form)
        return
    for asked in asked_of_hook(site.hook, list(site.positional), dict(site.given)):
        yield NeedFacts(asked.kind, asked.name, location, site.required, at_import, asked.form)
