"""The DAGs of an earlier report, to compare with: what a pull request changes of their figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.errors import UsageError
from windtunnel.facts import DagFacts, RunFacts


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one DAG; `seconds` is None where it was not run, `edges` are pairs of `task_ids`."""

    task_ids: frozenset[str]
    edges: frozenset[tuple[str, str]]
    width: int
    linearity: float
    seconds: float | None

    @property
    def tasks(self) -> int:
        """How many there are."""
        return len(self.task_ids)


def figures_of(dag: DagFacts, run: RunFacts | None) -> Figures:
    """Those of a DAG of this run, as a report would keep them."""
    seconds = round(run.process.seconds, 3) if run else None
    task_ids = frozenset(task.task_id for task in dag.tasks)
    return Figures(task_ids, frozenset(dag.edges), dag.shape.width, round(dag.shape.linearity, 4), seconds)


def read_base(file: str) -> Mapping[str, Figures] | None:
    """The figures of a JSON report by dag_id; None where no file is named. UsageError for what is no report."""
    if not file:
        return None
    try:
        dags = json.loads(Path(file).read_text(encoding="utf-8"))["dags"]
        return {dag["dag_id"]: _figures(dag) for dag in dags}
    except OSError as error:
        raise UsageError(f"--compare {file}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"--compare {file}: not a report of `windtunnel check --report json=FILE`") from error


def _figures(dag: Mapping[str, Any]) -> Figures:
    edges = frozenset((up, down) for up, down in dag["edge_list"])
    seconds = dag["run"]["seconds"] if dag["run"] else None
    return Figures(frozenset(dag["task_ids"]), edges, dag["width"], dag["linearity"], seconds)
