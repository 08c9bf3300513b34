"""Two DAGs that replace the same file.

## What it does
Compares which files the runs of all DAGs write. Reports a file that the tasks of two DAGs replace, each by something
else, where both run by themselves (by the clock or by assets) and nothing orders them: neither triggers the other,
waits for it, or produces an asset for it, nor do they by way of further DAGs. Left alone are files that a task has read
before it writes them, and logs, locks, caches and databases by their names.

## Why is this bad?
Airflow starts the two when it is their time. What is left is that of the DAG which happens to be the last, and whoever
reads the file takes it for the other's.

## What to do
Put the DAG into the path (`{{ dag.dag_id }}`), or let one of them wait for the other, by an asset or a trigger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from windtunnel.checks import check
from windtunnel.checks._meetings import by_path
from windtunnel.checks._visits import common, shown
from windtunnel.facts import AllRunsFacts, DagFacts, FileUseFacts, RunFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
import tempfile
from pathlib import Path

from airflow.sdk import dag, task

FOLDER = Path(tempfile.gettempdir(), "shop")


@task
def save(name: str, text: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).write_text(text)%s


@dag(schedule="@daily")
def orders():
    save("totals.txt", "orders: 7")


@dag(schedule="@daily")
def returns():
    save("%s", "returns: 1")


orders()
returns()
"""
FAILING = _FILE % ("  # WT419", "totals.txt")
PASSING = _FILE % ("", "returned.txt")

_BY_HAND = ("None", "Never")
Last = Mapping[str, FileUseFacts]


@check(
    "WT419",
    on=AllRunsFacts,
    severity=Severity.WARNING,
    remedy="put {{ dag.dag_id }} into the path, or let one DAG wait for the other by an asset or a trigger",
)
def colliding_dags(everything: AllRunsFacts) -> Iterator[Complaint]:
    bound = _bound_together(everything.dags)
    alone = {dag.dag_id for dag in everything.dags if dag.consumes or dag.schedule.summary not in _BY_HAND}
    written = [(run.dag_id, _written_by(run)) for run in everything.runs if run.dag_id in alone]
    for (one, first), (other, second) in combinations(sorted(written, key=lambda pair: pair[0]), 2):
        for path in sorted(first.keys() & second.keys()) if bound[one] != bound[other] else ():
            mine, others = first[path], second[path]
            if mine.content != others.content:
                message = f"DAGs {one!r} (task {mine.task_id!r}) and {other!r} (task {others.task_id!r}) both write"
                where = f"{shown(others.path)}, and nothing orders them"
                yield Complaint(others.location, f"{message} {where}", others.evidence, task_id=others.task_id)


def _written_by(run: RunFacts) -> Last:
    """How each file was left that the run has replaced, by the path that it has in every run."""
    found: dict[str, FileUseFacts] = {}
    for path, uses in by_path(run).items():
        last = [use for use in uses if use.writes][-1]
        was_read = any(not use.writes and use.at < last.at for use in uses)
        if last.replaces and last.left and last.content and not (last.fleeting or was_read):
            found[common(path)] = last
    return found


def _bound_together(dags: Iterable[DagFacts]) -> dict[str, str]:
    """For each DAG one that stands for all that are bound to it, be it by way of others."""
    near: dict[str, set[str]] = defaultdict(set)
    for dag in dags:
        near[dag.dag_id].add(dag.dag_id)
        for end in _ends(dag):
            near[dag.dag_id].add(end)
            near[end].add(dag.dag_id)
    stands: dict[str, str] = {}
    for start in near:
        waiting = [] if start in stands else [start]
        while waiting:
            name = waiting.pop()
            stands[name] = start
            waiting += near[name] - stands.keys()
    return stands


def _ends(dag: DagFacts) -> Iterator[str]:
    """The DAGs that it triggers or waits for, and the assets that it makes or is started by."""
    yield from (other for task in dag.tasks for other in (task.triggers, task.awaits) if other)
    for asset in (*dag.consumes, *(asset for task in dag.tasks for asset in task.produces)):
        yield from (f"asset {text}" for text in (asset.name, asset.uri) if text)
