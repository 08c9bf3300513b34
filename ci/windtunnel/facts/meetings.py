"""What only shows between the runs of several DAGs."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.facts.dags import DagFacts
from windtunnel.facts.runs import RunFacts


@dataclass(frozen=True, slots=True)
class AllRunsFacts:
    """Every DAG that was loaded, and the plain run of each that was run."""

    dags: tuple[DagFacts, ...]
    runs: tuple[RunFacts, ...]
